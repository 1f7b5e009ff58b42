"""Pid 1 inside the cluster's namespaces: prepares them, starts the node, restarts what dies."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from sandbox.cluster import address, volumes
from sandbox.cluster.control_plane import Process
from sandbox.cluster.processes import processes
from sandbox.cluster.specification import Specification, read

READY_SECONDS = 90
LONGEST_PAUSE_SECONDS = 10
HEALTHY_SECONDS = 30


def main(specification: Path) -> None:
    """Become the node; returns only by an error."""
    spec = read(specification)
    try:
        _mounts(spec)
        _network(spec)
        volumes.open_encrypted(spec.folder, spec.volume_gib)
        Supervisor(spec).run()
    except Exception as error:
        (spec.folder / "failed").write_text(f"{type(error).__name__}: {error}")
        raise


class Supervisor:
    """Keeps the node's programs alive and reaps every orphan in the namespace."""

    def __init__(self, spec: Specification) -> None:
        self._spec = spec
        self._running: dict[int, tuple[Process, float, float]] = {}
        self._due: list[tuple[float, Process, float]] = []

    def run(self) -> None:
        """Start everything in order, then watch for ever."""
        for program in processes(self._spec):
            self._start(program, pause=1.0)
            self._await_ready(program)
        (self._spec.folder / "started").touch()
        while True:
            self._reap()
            now = time.monotonic()
            for item in [item for item in self._due if item[0] <= now]:
                self._due.remove(item)
                self._start(item[1], item[2])
            time.sleep(0.2)

    def _start(self, program: Process, pause: float) -> None:
        logs = self._spec.folder / "logs"
        logs.mkdir(exist_ok=True)
        with (logs / f"{program.name}.log").open("ab") as log:
            started = subprocess.Popen(
                program.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                cwd=self._spec.folder, start_new_session=True, env=_environment(),
            )  # fmt: skip
        self._running[started.pid] = (program, time.monotonic(), pause)

    def _await_ready(self, program: Process) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while program.ready:
            probe = subprocess.run(program.ready, capture_output=True, check=False)
            if probe.returncode == 0:
                return
            self._reap()
            for item in list(self._due):
                self._due.remove(item)
                self._start(item[1], item[2])
            if time.monotonic() > deadline:
                raise RuntimeError(
                    f"{program.name} was not ready after {READY_SECONDS} s; "
                    f"its log is {self._spec.folder}/logs/{program.name}.log"
                )
            time.sleep(0.2)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if ended := self._running.pop(pid, None):
                program, since, pause = ended
                lived = time.monotonic() - since
                pause = 1.0 if lived > HEALTHY_SECONDS else min(pause * 2, LONGEST_PAUSE_SECONDS)
                print(f"{program.name} ended ({status}); again in {pause:.0f} s", flush=True)
                self._due.append((time.monotonic() + pause, program, pause))


def _environment() -> Mapping[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}


def _mounts(spec: Specification) -> None:
    node = spec.folder
    (node / "failed").unlink(missing_ok=True)
    (node / "started").unlink(missing_ok=True)
    _mount("-t", "tmpfs", "tmpfs", "/run")
    Path("/run/netns").mkdir()
    upper, work = node / "etc", node / "etc.work"
    work.mkdir(exist_ok=True)
    name = spec.registry_host.rsplit(":", 1)[0]
    (upper / "hosts").write_text(
        f"127.0.0.1 localhost\n{spec.addresses.node_ip} {address.NODE}\n"
        + (f"{spec.registry_address} {name}\n" if spec.registry_address else "")
    )
    (upper / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    _mount("-t", "overlay", "overlay", "-o", f"lowerdir=/etc,upperdir={upper},workdir={work}",
           "/etc")  # fmt: skip
    # What kubelet and the network plugin would write on the host stays in here.
    for place, kept in (("/var/log", node / "logs" / "var"), ("/var/lib/cni", None)):
        Path(place).mkdir(exist_ok=True)
        if kept:
            kept.mkdir(parents=True, exist_ok=True)
            _mount("--bind", str(kept), place)
        else:
            _mount("-t", "tmpfs", "tmpfs", place)


def _mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)


def _network(spec: Specification) -> None:
    bridge, ip = address.NODE_BRIDGE, f"{spec.addresses.node_ip}/32"
    beyond = sorted({target.rpartition(":")[0] for target in spec.outward})
    for words in (
        ("hostname", address.NODE),
        ("ip", "link", "set", "lo", "up"),
        ("ip", "link", "add", bridge, "type", "bridge"),
        ("ip", "address", "add", ip, "dev", bridge),
        *(("ip", "address", "add", f"{far}/32", "dev", bridge) for far in beyond),
        ("ip", "link", "set", bridge, "up"),
        ("ip", "route", "add", "default", "dev", bridge),
        # A pod runs a second before the policies know its address. Both chains accept what the
        # policies allow before they come to these last rules, so that what they do not know yet
        # goes nowhere; a client of that first second sends again and is then judged.
        *(
            ("iptables", "-w", "-A", chain, "-s", address.CLUSTER_CIDR,
             "-m", "conntrack", "--ctstate", "NEW", "-j", "DROP")
            for chain in ("FORWARD", "INPUT")
        ),
    ):  # fmt: skip
        subprocess.run(words, check=True)
    # A pod's answer must come back through the packet filter, or Services and
    # NetworkPolicies would not see it.
    for name in ("net/ipv4/ip_forward", "net/bridge/bridge-nf-call-iptables"):
        Path("/proc/sys", name).write_text("1")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
