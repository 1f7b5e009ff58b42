"""What a rehearsal found: as a file for programs, as a table for people."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sandbox.deployment import Operation
from sandbox.files import replace
from sandbox.rehearsal.live import Found

SHOWN_FAULTS = 12


@dataclass
class Tried:
    """One change that was tried.

    Attributes:
        what: The change in words.
        outcome: What came of it.
        operations: Operation -> number of resources.
        faults: What must not have come of it.
    """

    what: str
    outcome: str
    operations: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


@dataclass
class Report:
    """Everything that is told of one rehearsal.

    Attributes:
        environment: Name of the environment.
        held: Whether everything held.
        ended_at: What failed, where something did.
        stand_ins: What was not the real thing.
        kept: Operation of AWS that the stand-in answers itself -> calls.
        answered_by_moto: Calls that moto answered.
        resources: Type -> number of resources when everything was up.
        changes: Operation -> number of resources, of the first update.
        repeated: The same of the update that must find nothing to do.
        verification: Subject -> what was looked at, and what is wrong.
        tried: The changes.
        retained: What the program says is kept when the rest is destroyed.
        left: What was there in the end and should not have been.
        seconds: Duration of each step.
        peak_memory_gib: Most memory that the command and all that it started held.
    """

    environment: str
    held: bool = False
    ended_at: str | None = None
    stand_ins: list[str] = field(default_factory=list)
    kept: dict[str, int] = field(default_factory=dict)
    answered_by_moto: int = 0
    resources: dict[str, int] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=dict)
    repeated: dict[str, int] = field(default_factory=dict)
    verification: dict[str, Found] = field(default_factory=dict)
    tried: list[Tried] = field(default_factory=list)
    retained: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    peak_memory_gib: float = 0.0

    def faults(self) -> list[str]:
        """Everything that did not hold."""
        return [
            *(f"{subject}: {one}" for subject, found in self.verification.items()
              for one in found.faults),
            *(f"up again: {count} x {kind}" for kind, count in self.repeated.items()),
            *(f"{tried.what}: {one}" for tried in self.tried for one in tried.faults),
            *(f"left: {one}" for one in self.left),
        ]  # fmt: skip

    def write(self, path: Path) -> None:
        """Write it as JSON."""
        facts: dict[str, Any] = {**asdict(self), "faults": self.faults()}
        replace(path, json.dumps(facts, indent=2) + "\n")


def counted(operations: Iterable[Operation]) -> dict[str, int]:
    """Operation -> number of resources."""
    return dict(sorted(Counter(one.kind for one in operations).items()))


def in_words(operations: Mapping[str, int]) -> str:
    """`3 update, 1 create`, or that nothing changed."""
    return ", ".join(f"{count} {kind}" for kind, count in operations.items()) or "no change"


def of_types(resources: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Type -> number of resources."""
    return dict(sorted(Counter(one["type"] for one in resources).items()))


def show(report: Report) -> None:
    """Print the report for people."""
    print()
    print(f"Rehearsal of {report.environment}")
    _section("Stand-ins", report.stand_ins)
    kept = [f"{count:5d}  {name}" for name, count in report.kept.items()]
    _section(f"AWS operations that moto lacks ({len(kept)})", kept)
    types = [f"{count:5d}  {name}" for name, count in report.resources.items()]
    _section(f"Resources by type ({sum(report.resources.values())})", types)
    subjects = [
        f"{'✗' if found.faults else '✓'} {found.checked:5d}  {subject}"
        for subject, found in report.verification.items()
    ]
    _section("Verified", subjects)
    tried = [f"{'✗' if one.faults else '✓'} {one.what}: {one.outcome}" for one in report.tried]
    _section("Changes", tried)
    _section("Kept after the end, as declared", report.retained)
    faults = report.faults()
    more = len(faults) - SHOWN_FAULTS
    shown = [*faults[:SHOWN_FAULTS], *([f"… and {more} more"] if more > 0 else [])]
    _section("What did not hold", shown)
    seconds = "  ".join(f"{name} {count:.1f}" for name, count in report.seconds.items())
    print(f"  Seconds: {seconds}")
    print(f"  Peak memory: {report.peak_memory_gib:.2f} GiB")
    print(f"  {'Everything held.' if report.held else 'It did not hold.'}")


def _section(title: str, lines: Iterable[str]) -> None:
    found = list(lines)
    if found:
        print(f"  {title}:")
        for line in found:
            print(f"    {line}")
