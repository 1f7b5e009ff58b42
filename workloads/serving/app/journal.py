"""Structured log lines: one JSON object a line on standard output."""

import sys
from datetime import UTC, datetime
from typing import Any, BinaryIO

import msgspec

_encode = msgspec.json.Encoder(enc_hook=str).encode


class Journal:
    """Writes events to the pod's log.

    Lines are written at once and in order: an exposure is on record before its answer leaves.
    """

    def __init__(self, stream: BinaryIO | None = None) -> None:
        """Writes to standard output unless another stream is given."""
        self._stream = stream

    def write(self, event: str, **facts: Any) -> None:
        """Writes one event with its time."""
        self.write_all((event, facts))

    def write_all(self, *events: tuple[str, dict[str, Any]]) -> None:
        """Writes events that happened at the same time, in one piece."""
        time = datetime.now(UTC).isoformat()
        lines = [_encode({"event": event, "time": time, **facts}) for event, facts in events]
        stream = self._stream or sys.stdout.buffer
        stream.write(b"\n".join(lines) + b"\n")
        stream.flush()
