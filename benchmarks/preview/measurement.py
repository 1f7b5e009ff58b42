"""One preview by the real engine, in a project and a state of its own, timed from outside."""

import ctypes
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from environments import folder
from sandbox import workspace
from sandbox.layout import PROJECT, Layout
from sandbox.machine import description

PROGRAM = Path(__file__).parent / "program"
_PR_SET_CHILD_SUBREAPER = 36
_TO_CREATE = re.compile(r"\+ (\d+) to create")


class NotMeasuredError(Exception):
    """What ran was not what should be measured."""


@dataclass(frozen=True)
class Project:
    """A new stack of an environment that declares it several times over.

    Attributes:
        root: Folder of its state.
        copies: How often the environment is declared.
        name: Name of the environment.
    """

    root: Path
    copies: int
    name: str

    def preview(self, *, pack: bool) -> dict[str, Any]:
        """Plan it once, and say how long that took.

        Returns:
            Resources, seconds, processor seconds of every process of it, and the machine.

        Raises:
            NotMeasuredError: The plan failed, or a rule refused it.
        """
        command = ["pulumi", "preview", "--stack", self.name, "--non-interactive"]
        command += ["--suppress-progress", "--color", "never"]
        command += ["--policy-pack", str(PROJECT / "policies")] if pack else []
        facts = {
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": {**description(), "load_average_1m": round(os.getloadavg()[0], 2)},
        }
        before, started = _processor_seconds(), time.monotonic()
        done = subprocess.run(
            command, cwd=self.root, env=self.variables, capture_output=True, text=True, check=False
        )
        seconds = time.monotonic() - started
        found = _TO_CREATE.search(done.stdout)
        if done.returncode or not found:
            raise NotMeasuredError(
                f"`{' '.join(command)}` ended with {done.returncode}:\n{done.stdout[-3000:]}"
            )
        return {
            "resources": int(found[1]),
            "seconds": round(seconds, 1),
            "processor_seconds": round(_processor_seconds() - before, 1),
            "pack": pack,
            **facts,
        }

    @property
    def variables(self) -> dict[str, str]:
        """What the engine is told by its surroundings."""
        layout = Layout(self.name)
        found = workspace.environment(layout, self.root / "no-kubeconfig")
        return {
            **os.environ,
            **workspace.with_path(layout, found),
            "PULUMI_BACKEND_URL": f"file://{self.root / 'state'}",
            "MIZAN_ENVIRONMENTS": str(self.root / "facts"),
            "MIZAN_BENCHMARK_COPIES": str(self.copies),
        }


@contextmanager
def project(name: str, copies: int) -> Iterator[Project]:
    """A project for as long as the block runs; the budget grows with what it pays for."""
    layout = Layout(name)
    layout.sandbox.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f"{name}-benchmark-", dir=layout.sandbox) as made:
        root = Path(made)
        facts = yaml.safe_load((PROJECT / "Pulumi.yaml").read_text())
        facts["main"] = "program"
        (root / "Pulumi.yaml").write_text(yaml.safe_dump(facts))
        (root / "program").symlink_to(PROGRAM)
        (root / ".venv").symlink_to(sys.prefix)
        for empty in ("state", "environments", "facts"):
            (root / empty).mkdir()
        shutil.copytree(folder() / name, root / "facts" / name)
        file = root / "facts" / name / "environment.yaml"
        environment = yaml.safe_load(file.read_text())
        environment["monthly_budget_usd"] *= copies
        file.write_text(yaml.safe_dump(environment, sort_keys=False))
        one = Project(root, copies, name)
        subprocess.run(
            ["pulumi", "stack", "init", name, "--non-interactive"],
            cwd=root, env=one.variables, stdout=subprocess.DEVNULL, check=True,
        )  # fmt: skip
        yield one


def import_seconds(statement: str, times: int = 3) -> float:
    """The fastest of some fresh interpreters that run a statement, less an empty one's start."""

    def fastest(words: str) -> float:
        taken = []
        for _ in range(times):
            started = time.monotonic()
            subprocess.run(
                [sys.executable, "-c", words],
                cwd=PROJECT,
                env={**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONDONTWRITEBYTECODE": ""},
                check=True,
            )
            taken.append(time.monotonic() - started)
        return min(taken)

    return round(fastest(statement) - fastest("pass"), 2)


def line(points: list[tuple[float, float]]) -> dict[str, float]:
    """The straight line nearest to some points, by least squares.

    Returns:
        What a unit more adds, what stands at zero, and which share of the variance it explains.
    """
    count = len(points)
    middle = sum(x for x, _ in points) / count, sum(y for _, y in points) / count
    across = sum((x - middle[0]) ** 2 for x, _ in points)
    slope = sum((x - middle[0]) * (y - middle[1]) for x, y in points) / across
    start = middle[1] - slope * middle[0]
    spread = sum((y - middle[1]) ** 2 for _, y in points)
    missed = sum((y - start - slope * x) ** 2 for x, y in points)
    return {"slope": slope, "start": start, "r_squared": 1 - missed / spread if spread else 1.0}


def adopt_orphans() -> None:
    """Make what the engine leaves behind a child of this process, so that its time is counted."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _processor_seconds() -> float:
    """Processor time of everything that this process started and that has ended."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, 0)[0]:
            pass
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
