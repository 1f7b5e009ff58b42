"""One command, measured from outside: how long, how much of the processor, how much memory."""

import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.preview.measurement import NotMeasuredError

_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True)
class Run:
    """What one run of a command took.

    Attributes:
        seconds: From its start to its end.
        processor_seconds: Of it and of the processes that it waited for.
        peak_mib: Most memory that it held itself.
        ended: Whether it ended by itself within its time.
        output: What it printed.
    """

    seconds: float
    processor_seconds: float
    peak_mib: float
    ended: bool
    output: str


class _Watched(threading.Thread):
    """Reads the most memory that a process held so far, until it is gone.

    What `wait4` tells counts what the process was forked from too.
    """

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.status = Path(f"/proc/{process}/status")
        self.peak_kib = 0

    def run(self) -> None:
        """Read it fifty times a second."""
        with suppress(OSError):
            while found := _PEAK.search(self.status.read_text()):
                self.peak_kib = max(self.peak_kib, int(found[1]))
                time.sleep(0.02)


def measure(
    command: list[str], *, folder: Path, most_seconds: float, allowed: tuple[int, ...] = (0,)
) -> Run:
    """Run a command once; past its time it is ended with everything that it started.

    Raises:
        NotMeasuredError: It failed.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.monotonic()
        process = subprocess.Popen(  # its use is asked of the kernel, so it is waited for below
            command, cwd=folder, stdout=output, stderr=errors, start_new_session=True
        )
        late = threading.Timer(most_seconds, os.killpg, (process.pid, signal.SIGKILL))
        late.start()
        watched = _Watched(process.pid)
        watched.start()
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        late.cancel()
        watched.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        ended = process.returncode != -signal.SIGKILL or seconds < most_seconds
        output.seek(0)
        errors.seek(0)
        if ended and process.returncode not in allowed:
            raise NotMeasuredError(
                f"`{' '.join(command)}` ended with {process.returncode}:\n"
                f"{errors.read().decode()[-3000:]}"
            )
        return Run(
            seconds=seconds,
            processor_seconds=used.ru_utime + used.ru_stime,
            peak_mib=watched.peak_kib / 1024,
            ended=ended,
            output=output.read().decode(),
        )
