"""One run of the sandbox's own command line, timed from outside, with what it says of itself."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.layout import PROJECT, Layout
from sandbox.machine import description

MAKING = ("compiling ", "building ", "installing ")
"""What a step says when it makes something that a warm cache has."""


class NotMeasuredError(Exception):
    """What ran was not what should be measured."""


@dataclass(frozen=True)
class Sandbox:
    """One environment's sandbox, driven as `make` drives it.

    Attributes:
        environment: Name of the environment.
        variables: Variables besides this process's own.
    """

    environment: str
    variables: Mapping[str, str] = field(default_factory=dict)

    def up(self) -> dict[str, Any]:
        """Bring it up, and record what its summary says."""
        facts, said = self._timed("up")
        summary = json.loads(Layout(self.environment).summary.read_text())
        return {
            **facts,
            "steps": summary["seconds"],
            "changes": summary["changes"],
            "unchanged": summary["unchanged"],
            "peak_memory_gib": summary["peak_memory_gib"],
            "training_rows_per_second": {
                name: variant["metrics"].get("throughput", {}).get("training_rows_per_second")
                for name, variant in summary["answers"]["variants"].items()
            },
            "made": [line for line in said if line.startswith(MAKING)],
        }

    def down(self) -> dict[str, Any]:
        """Take it down."""
        return self._timed("down")[0]

    def _command(self, word: str) -> list[str]:
        return [sys.executable, "-m", "sandbox", word, self.environment]

    def _timed(self, command: str) -> tuple[dict[str, Any], list[str]]:
        """The run's facts, and each detail that it told.

        Raises:
            NotMeasuredError: It failed.
        """
        facts = {
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": {**description(), "load_average_1m": round(os.getloadavg()[0], 2)},
        }
        said = []
        started = time.monotonic()
        with subprocess.Popen(
            self._command(command), cwd=PROJECT, env={**os.environ, **self.variables},
            stdout=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            for line in process.stdout or ():
                print(line, end="", flush=True)
                said.append(line.partition(" · ")[2].strip())
        if process.returncode:
            raise NotMeasuredError(f"`{command}` ended with {process.returncode}, see above")
        return {"seconds": round(time.monotonic() - started, 1), **facts}, said
