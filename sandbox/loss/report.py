"""What a rehearsal of the loss found: as a file for programs, as lines for people."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox.files import replace
from sandbox.loss.region import Place, Written

SHOWN = 12


@dataclass
class Objects:
    """What of site one's objects is at site two.

    Attributes:
        written: Objects that site one acknowledged.
        held: Objects of the copies.
        lost: Those that site one acknowledged and the copies do not hold.
        compared: Those acknowledged before the last complete run began.
        digest_one: One SHA-256 over these and their content, as site one had them.
        digest_two: The same, as site two has them.
        rpo_seconds: Age of the oldest lost object when the site was lost.
        rpo_bound_seconds: Time from the start of the last complete run to the loss.
        strange: Objects of the copies that site one never acknowledged.
    """

    written: int
    held: int
    lost: int
    compared: int
    digest_one: str
    digest_two: str
    rpo_seconds: float
    rpo_bound_seconds: float
    strange: list[str]

    def faults(self) -> list[str]:
        """What did not hold."""
        found = [f"{one} was never written" for one in self.strange[:SHOWN]]
        if self.digest_one != self.digest_two:
            found.append(f"site two holds {self.digest_two}, site one had {self.digest_one}")
        if self.rpo_seconds > self.rpo_bound_seconds:
            found.append("an object is lost that was written before the last complete run")
        return found


def compared(
    written: Mapping[Place, Written],
    held: Mapping[Place, str],
    started: datetime,
    lost_at: datetime,
) -> Objects:
    """Compare the two sites.

    Args:
        written: What site one acknowledged.
        held: What the copies at site two say, each object read to its end.
        started: When the last complete run began.
        lost_at: When site one was killed.
    """
    before = sorted(place for place, one in written.items() if one.when < started)
    lost = {place: one.when for place, one in written.items() if held.get(place) != one.digest}
    oldest = min(lost.values(), default=lost_at)
    # An object whose acknowledgement was cut off may be there all the same.
    strange = sorted(place for place in held.keys() - written.keys() if "stream/" not in place[1])
    return Objects(
        written=len(written),
        held=len(held),
        lost=len(lost),
        compared=len(before),
        digest_one=_digest((place, written[place].digest) for place in before),
        digest_two=_digest((place, held.get(place, "absent")) for place in before),
        rpo_seconds=round((lost_at - oldest).total_seconds(), 3),
        rpo_bound_seconds=round((lost_at - started).total_seconds(), 3),
        strange=["/".join(place) for place in strange],
    )


def _digest(lines: Iterable[tuple[Place, str]]) -> str:
    text = "".join(f"{bucket}/{key} {digest}\n" for (bucket, key), digest in lines)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class Loss:
    """Everything that is told of one rehearsal of the loss.

    Attributes:
        environment: Name of the environment.
        seed: Start of the random numbers: sizes, and the moment of the loss.
        held: Whether everything held.
        ended_at: What failed, where something did.
        stand_ins: What was not the real thing.
        resources: Site -> resources of its stack.
        release: Model, key and versions that the region released.
        objects: What of its objects is at site two.
        last_complete_run: The report of the copying.
        witnessed: What was compared besides -> what was found.
        answers: Variant -> what site two answered, and what the release says.
        rto_seconds: What was there again -> seconds after the loss.
        failover: Step of the written order -> seconds that it took.
        seconds: Duration of each step of the rehearsal.
        peak_memory_gib: Most memory that the command and all that it started held.
    """

    environment: str
    seed: str
    held: bool = False
    ended_at: str | None = None
    stand_ins: list[str] = field(default_factory=list)
    resources: dict[str, int] = field(default_factory=dict)
    release: dict[str, Any] = field(default_factory=dict)
    objects: Objects | None = None
    last_complete_run: dict[str, Any] = field(default_factory=dict)
    witnessed: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[str, dict[str, float]] = field(default_factory=dict)
    rto_seconds: dict[str, float] = field(default_factory=dict)
    failover: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    peak_memory_gib: float = 0.0

    def faults(self) -> list[str]:
        """Everything that did not hold."""
        found = [] if self.objects is None else self.objects.faults()
        found += [f"{n}: {one}" for n, facts in self.witnessed.items() for one in facts["faults"]]
        return [*([self.ended_at] if self.ended_at else []), *found]

    def write(self, path: Path) -> None:
        """Write it as JSON."""
        replace(path, json.dumps({**asdict(self), "faults": self.faults()}, indent=2) + "\n")


def _objects(one: Objects) -> None:
    print(f"  Objects: {one.written} acknowledged, {one.held} at site two, {one.lost} lost")
    same = "equal" if one.digest_one == one.digest_two else "NOT EQUAL"
    print(f"  Digests of the {one.compared} before the last complete run: {same}")
    print(f"  RPO: {one.rpo_seconds} s; bound by the last run: {one.rpo_bound_seconds} s")


def show(loss: Loss) -> None:
    """Print it for people."""
    print(f"\nLoss of the first site of {loss.environment} (seed {loss.seed})")
    print("  Stand-ins:")
    for one in loss.stand_ins:
        print(f"    {one}")
    for site, count in loss.resources.items():
        print(f"  {site}: {count} resources")
    if loss.release:
        versions = ", ".join(f"{name} {one}" for name, one in loss.release["versions"].items())
        print(f"  Release {loss.release['model']}: {versions}, key {loss.release['key'][:16]}…")
    if loss.objects:
        _objects(loss.objects)
    for name, facts in loss.witnessed.items():
        print(f"  {name}: " + ", ".join(f"{key} {value}" for key, value in facts.items()))
    for name, seconds in loss.rto_seconds.items():
        print(f"  RTO, {name}: {seconds} s")
    for name, seconds in loss.failover.items():
        print(f"    {seconds:7.1f} s  {name}")
    for name, answer in loss.answers.items():
        print(f"  {name}: answered {answer['given']:.6f}, the release says {answer['wanted']:.6f}")
    for fault in loss.faults():
        print(f"  ✗ {fault}")
    print("  Seconds: " + "  ".join(f"{name} {count}" for name, count in loss.seconds.items()))
    print(f"  Peak memory: {loss.peak_memory_gib:.2f} GiB")
    print(f"  {'Everything held.' if loss.held else 'It did not hold.'}")
