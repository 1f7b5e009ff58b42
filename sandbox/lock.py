"""A lock with one holder at a time, who leaves word of who it is."""

import fcntl
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from sandbox.process import started

POLL_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class Holder:
    """The process that holds a lock.

    Attributes:
        command: What it does, in the user's words.
        pid: Its process id.
        since: When it took the lock, in local time.
        started: When the process started, in clock ticks: a pid alone may be another's by now.
    """

    command: str
    pid: int
    since: str
    started: int

    def __str__(self) -> str:
        return f"`{self.command}` (process {self.pid}, since {self.since})"

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return started(self.pid) == self.started

    def stop(self, patience_seconds: float = 60) -> bool:
        """Ask the process to end, at last make it; say whether it ended when asked.

        The second request ends the waiting for what it had begun, the last nobody can refuse.
        SIGTERM and not SIGINT, which the children of a shell's background job ignore.
        """
        for number, seconds in (
            (signal.SIGTERM, patience_seconds),
            (signal.SIGTERM, patience_seconds / 4),
            (signal.SIGKILL, patience_seconds),
        ):
            with suppress(ProcessLookupError):
                if self.alive:
                    os.kill(self.pid, number)
            deadline = time.monotonic() + seconds
            while self.alive and time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)
            if not self.alive:
                return number != signal.SIGKILL
        return False


@contextmanager
def locked(
    path: Path, command: str, waiting: Callable[[Holder], None] | None = None
) -> Iterator[None]:
    """Hold the lock `path`; the kernel frees it when the holder dies.

    Args:
        path: File of the lock.
        command: What this process does with it, for whoever waits.
        waiting: Called once for each holder that this process waits for.
    """
    with _taken(path, waiting) as handle:
        me = Holder(
            command=command,
            pid=os.getpid(),
            since=time.strftime("%Y-%m-%d %H:%M:%S"),
            started=started(os.getpid()),
        )
        handle.write(json.dumps(asdict(me)))
        handle.flush()
        try:
            yield
        finally:
            handle.truncate(0)


def _taken(path: Path, waiting: Callable[[Holder], None] | None) -> IO[str]:
    """The file `path`, locked; not one that its last holder removed meanwhile."""
    told: Holder | None = None
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("a+")
        while not _try(handle):
            holder = _holder(path)
            if waiting and holder and holder != told:
                told = holder
                waiting(holder)
            time.sleep(POLL_SECONDS)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle.fileno()), path.stat()):
                handle.truncate(0)  # the word of a holder that was killed
                return handle
        handle.close()


def _try(handle: IO[str]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(path: Path) -> Holder | None:
    """Who left word in the lock; None while the word is being written, or its writer is dead."""
    try:
        holder = Holder(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return holder if holder.alive else None
