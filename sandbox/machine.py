"""What this machine has and lacks for a sandbox."""

import os
import platform
import shutil
import threading
import time
from pathlib import Path

from sandbox.commands import run
from sandbox.faults import SandboxError
from sandbox.layout import cache_root
from sandbox.progress import Step

# Program -> Debian package that holds it.
PROGRAMS = {
    "buildah": "buildah",
    "containerd": "containerd",
    "curl": "curl",
    "conntrack": "conntrack",
    "debootstrap": "debootstrap",
    "fscrypt": "fscrypt",
    "ip": "iproute2",
    "ipset": "ipset",
    "iptables": "iptables",
    "mkfs.ext4": "e2fsprogs",
    "runc": "runc",
    "skopeo": "skopeo",
    "zstd": "zstd",
}
NETWORK_PLUGINS = Path("/usr/lib/cni/bridge")
COLD_GIB = 32
WARM_GIB = 14


def ensure_programs(step: Step) -> None:
    """Install what the embedded cluster needs from Debian's packages.

    Raises:
        SandboxError: Something is missing and this is no Debian, or not root.
    """
    missing = {package for program, package in PROGRAMS.items() if not shutil.which(program)}
    if not NETWORK_PLUGINS.exists():
        missing.add("containernetworking-plugins")
    if not missing:
        return
    names = " ".join(sorted(missing))
    if not shutil.which("apt-get") or os.geteuid() != 0:
        raise SandboxError(
            f"These packages are missing: {names}.",
            "install them, or run as root on Debian, or point MIZAN_KUBECONFIG at a cluster.",
        )
    step.say(f"installing {names}")
    step.waiting_for = "Debian's packages"
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    # A killed dpkg leaves a broken system: it may finish, and the next one waits for it.
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "-q"]
    run([*apt, "update"], extra=quiet)
    run([*apt, "install", "-y", "--no-install-recommends", *sorted(missing)],
        extra=quiet, outlives=True, remedy=f"apt-get install {names}")  # fmt: skip


def require_root() -> None:
    """Refuse early what only root can do.

    Raises:
        SandboxError: This is not root.
    """
    if os.geteuid() != 0:
        raise SandboxError(
            "The embedded cluster needs root, to make namespaces and mounts; "
            f"this is user {os.geteuid()}.",
            "run as root, or point MIZAN_KUBECONFIG at a cluster of your own (kind, k3d).",
        )


def require_disk(state: Path, *, cold: bool) -> None:
    """Refuse to begin on a disk that would fill up half way.

    Raises:
        SandboxError: Too little is free; the message says how much is needed where.
    """
    given = os.environ.get("MIZAN_DISK_GIB") or str(COLD_GIB if cold else WARM_GIB)
    if not given.isdecimal():
        raise SandboxError(
            f"MIZAN_DISK_GIB is {given!r}; it is a number of GiB.",
            f"unset it, or give the GiB that must be free ({COLD_GIB} for a first build).",
        )
    needed = int(given)
    for folder in (state, cache_root()):
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free >> 30
        if free < needed:
            raise SandboxError(
                f"The disk of {folder} has {free} GiB free; this needs {needed} GiB.",
                "free some space, or put the cache elsewhere with MIZAN_CACHE.",
            )


def description() -> dict[str, str | int]:
    """Facts of this machine that a measurement must be read with."""
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    memory = int(Path("/proc/meminfo").read_text().split()[1]) >> 20
    return {
        "cpu": model,
        "cores": os.cpu_count() or 0,
        "memory_gib": memory,
        "kernel": platform.release(),
        "python": platform.python_version(),
    }


class PeakMemory:
    """Samples the resident memory of a process and all that descend from it.

    Not of one pid namespace: each container has its own, and training runs in one.

    Attributes:
        gib: The highest sum seen, in GiB; shared pages count for each process.
    """

    def __init__(self, root: int, period_seconds: float = 2.0) -> None:
        self.gib = 0.0
        self._root = root
        self._period = period_seconds
        threading.Thread(target=self._sample, daemon=True).start()

    def _sample(self) -> None:
        page = os.sysconf("SC_PAGE_SIZE")
        while True:
            self.gib = max(self.gib, round(self._pages() * page / 2**30, 2))
            time.sleep(self._period)

    def _pages(self) -> int:
        resident: dict[int, int] = {}
        children: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    facts = (entry / "stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue  # ended while we looked
                children.setdefault(int(facts[1]), []).append(int(entry.name))
                resident[int(entry.name)] = int(facts[21])  # fields 4 and 24 of proc(5)
        total, waiting = 0, [self._root]
        while waiting:
            one = waiting.pop()
            total += resident.get(one, 0)
            waiting += children.get(one, [])
        return total
