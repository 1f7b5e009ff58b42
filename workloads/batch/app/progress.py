"""What the Job is doing, one JSON line per step, with the time since its start."""

import json
import sys
from time import monotonic


class Progress:
    """The Job's log."""

    def __init__(self) -> None:
        self._start = monotonic()

    def step(self, message: str, **facts: object) -> None:
        """Writes one line.

        Args:
            message: What has just been done, in words.
            **facts: Numbers and names that a program may want to read from the line.
        """
        self._write({"level": "info", "message": message, **facts})

    def failed(self, error: Exception) -> None:
        """Writes the last line of a Job that gives up: the reason."""
        self._write({"level": "error", "message": str(error)})

    def _write(self, line: dict[str, object]) -> None:
        elapsed = round(monotonic() - self._start, 2)
        sys.stdout.write(json.dumps({"elapsed_s": elapsed, **line}) + "\n")
        sys.stdout.flush()
