"""The control groups of a cluster: one for each controller, with limits where there are any."""

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sandbox.cluster.specification import Limits
from sandbox.faults import SandboxError

ROOT = Path("/sys/fs/cgroup")
PROGRAMS = "node"
"""Group of the node's own programs, beside that of the pods."""
PERIOD_MICROSECONDS = 100_000
LIMITING = ("cpu", "memory")
COUNTING = (*LIMITING, "cpuacct")
"""Controllers in whose group the node's programs are, where the cluster has limits."""


@dataclass(frozen=True)
class Memory:
    """Memory of a group, in bytes.

    Attributes:
        limit: More than this it never gets.
        working: What it holds and cannot give back: all but files that are not in use.
        kills: Times that something in it was ended for want of memory.
    """

    limit: int
    working: int
    kills: int


def make(name: str, limits: Limits | None) -> None:
    """Make the groups: kubelet wants its root group to exist.

    Raises:
        SandboxError: There are to be limits, and this machine's groups are not of version 1.
    """
    if limits and not all((ROOT / one / "cgroup.procs").is_file() for one in COUNTING):
        raise SandboxError(
            f"A cluster with limits needs the control groups {', '.join(COUNTING)} of version 1 "
            f"under {ROOT}, and this machine has others.",
            "run it on a machine with control groups of version 1.",
        )
    for controller in _controllers():
        group = controller / name
        group.mkdir(exist_ok=True)
        for fact in ("cpuset.cpus", "cpuset.mems"):
            parent, own = controller / fact, group / fact
            if own.exists() and parent.exists() and not own.read_text().strip():
                own.write_text(parent.read_text())
    if limits:
        cpu, memory = ROOT / "cpu" / name, ROOT / "memory" / name
        (cpu / "cpu.cfs_period_us").write_text(str(PERIOD_MICROSECONDS))
        (cpu / "cpu.cfs_quota_us").write_text(str(limits.cpus * PERIOD_MICROSECONDS))
        (memory / "memory.limit_in_bytes").write_text(str(limits.memory_gib << 30))
        for counting in COUNTING:
            (ROOT / counting / name / PROGRAMS).mkdir(exist_ok=True)


def join(name: str) -> None:
    """Put this process, and all that it starts from now on, under the limits of the groups."""
    for controller in COUNTING:
        (ROOT / controller / name / PROGRAMS / "cgroup.procs").write_text(str(os.getpid()))


def cpus(name: str) -> float:
    """Processors' worth of time that the group may take."""
    group = ROOT / "cpu" / name
    quota, period = (
        int((group / fact).read_text()) for fact in ("cpu.cfs_quota_us", "cpu.cfs_period_us")
    )
    return quota / period


def memory(name: str) -> Memory:
    """Memory of the group, everything in it together."""
    group = ROOT / "memory" / name
    used = int((group / "memory.usage_in_bytes").read_text())
    facts = _facts(group / "memory.stat")
    kills = sum(_facts(path).get("oom_kill", 0) for path in group.rglob("memory.oom_control"))
    return Memory(
        limit=int((group / "memory.limit_in_bytes").read_text()),
        working=max(0, used - facts["total_inactive_file"]),
        kills=kills,
    )


def _facts(path: Path) -> dict[str, int]:
    pairs = (line.split() for line in path.read_text().splitlines())
    return {name: int(value) for name, value in pairs}


def remove(name: str) -> None:
    """Remove the groups, as soon as what was in them has ended."""
    deadline = time.monotonic() + 10
    for controller in _controllers():
        group = controller / name
        while group.is_dir():
            for path in sorted(group.rglob("*"), key=lambda p: -len(p.parts)):
                if path.is_dir():
                    _rmdir(path)
            _rmdir(group)
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)


def _controllers() -> list[Path]:
    return [path for path in ROOT.iterdir() if path.is_dir()] if ROOT.is_dir() else []


def _rmdir(path: Path) -> None:
    with suppress(OSError):  # a process in it is still dying; the caller tries again
        path.rmdir()
