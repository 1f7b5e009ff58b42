"""Steps with elapsed times, on a terminal and in a log alike."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

HEARTBEAT_SECONDS = 15


@dataclass
class Steps:
    """Shows each step as it starts, what it waits for, and how long it took.

    Attributes:
        seconds: Duration of each finished step, in the order of finishing.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    _started: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def say(self, text: str) -> None:
        """Print one line with the time since the command began."""
        elapsed = int(time.monotonic() - self._started)
        with self._lock:
            print(f"[{elapsed // 60:02d}:{elapsed % 60:02d}] {text}", flush=True)

    @contextmanager
    def step(self, name: str) -> Iterator["Step"]:
        """Run one step; while it lasts, say from time to time what it waits for."""
        running = Step(self, name)
        self.say(f"▸ {name}")
        beat = threading.Thread(target=running.beat, daemon=True)
        beat.start()
        started = time.monotonic()
        try:
            yield running
        except BaseException:
            running.done.set()
            self.say(f"✗ {name} failed after {time.monotonic() - started:.1f} s")
            raise
        running.done.set()
        self.seconds[name] = round(time.monotonic() - started, 1)
        note = f" ({running.note})" if running.note else ""
        self.say(f"✓ {name} — {self.seconds[name]:.1f} s{note}")

    @property
    def total(self) -> float:
        """Seconds since the command began."""
        return round(time.monotonic() - self._started, 1)


class Step:
    """One running step: set `waiting_for` while it lasts and `note` for its last line."""

    def __init__(self, steps: Steps, name: str) -> None:
        self.done = threading.Event()
        self.waiting_for = ""
        self.note = ""
        self._steps = steps
        self._name = name

    def say(self, text: str) -> None:
        """Print a detail under this step."""
        self._steps.say(f"  · {text}")

    def beat(self) -> None:
        """Tell every few seconds that the step is alive."""
        while not self.done.wait(HEARTBEAT_SECONDS):
            about = f": {self.waiting_for}" if self.waiting_for else ""
            self._steps.say(f"  … {self._name}{about}")


def fail(message: str) -> None:
    """Print the cause as the last line on screen, where the eye rests."""
    sys.stdout.flush()
    print(f"mizan: {message}", file=sys.stderr, flush=True)
