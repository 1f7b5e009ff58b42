"""Start and stop the embedded cluster from the host."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sandbox.cluster import groups, keeper, managed, settings
from sandbox.cluster.specification import Specification
from sandbox.commands import run
from sandbox.faults import SandboxError
from sandbox.layout import PROJECT
from sandbox.progress import Step

START_SECONDS = 180
NODE_READY = "{.items[0].status.conditions[?(@.type=='Ready')].status}"


@dataclass(frozen=True)
class Cluster:
    """A running cluster: where its kubeconfig is and the process inside that is its pid 1."""

    kubeconfig: Path
    kubectl: Path

    def ask(self, *words: str) -> str:
        """What `kubectl` prints for these words."""
        return run([self.kubectl, "--kubeconfig", self.kubeconfig, *words])


def start(spec: Specification, kubeconfig: Path, step: Step) -> Cluster:
    """Start the cluster, or find it running, and wait until its node is Ready.

    Raises:
        SandboxError: A port in use, or a program of the node that does not come up; the
            message names it and its log.
    """
    node = spec.folder
    node.mkdir(parents=True, exist_ok=True)
    cluster = Cluster(kubeconfig, Path(spec.tools) / "kubectl")
    if not keeper.found(node):
        require_ports(node, [spec.api_port, *spec.exposed])
        settings.render(spec)
        settings.write_kubeconfig(
            kubeconfig, f"https://127.0.0.1:{spec.api_port}", node / "pki", "admin"
        )
        groups.make(spec.cgroup, spec.limits)
        for mark in ("started", "failed"):
            (node / mark).unlink(missing_ok=True)
        with (node / "keeper.log").open("ab") as log, keeper.held(node) as lock:
            subprocess.Popen(
                [spec.python, "-m", "sandbox.cluster.keeper", str(spec.write())],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
                env={**os.environ, "PYTHONPATH": str(PROJECT)}, pass_fds=[lock],
            )  # fmt: skip
    else:
        step.note = "already running"
    _await_node(spec, cluster, step)
    return cluster


def stop(spec_folder: Path, cgroup: str) -> bool:
    """End the cluster if it runs, with all that it made; say whether it ran."""
    running = keeper.found(spec_folder)
    if running:
        os.kill(running["pid"], signal.SIGTERM)
        deadline = time.monotonic() + 20
        while keeper.alive(spec_folder) and time.monotonic() < deadline:
            time.sleep(0.1)
        if keeper.alive(spec_folder):
            os.kill(running["pid"], signal.SIGKILL)  # unshare dies with it, and pid 1 inside
    groups.remove(cgroup)
    return running is not None


def require_ports(node: Path, ports: Iterable[int]) -> None:
    """Refuse to start where another program holds one of the loopback ports.

    Raises:
        SandboxError: A port is in use, and not by the cluster of this node.
    """
    for port in ports if not keeper.found(node) else ():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise SandboxError(
                    f"Port {port} of 127.0.0.1 is in use by another program.",
                    "stop that program (`ss -ltnp` names it), or choose another first port "
                    "with MIZAN_PORT.",
                ) from error


def _await_node(spec: Specification, cluster: Cluster, step: Step) -> None:
    deadline = time.monotonic() + START_SECONDS
    node = spec.folder
    while True:
        if (node / "failed").exists():
            raise SandboxError(
                f"The cluster's node did not start: {(node / 'failed').read_text()}.",
                f"see {node / 'node.log'}; `make down` clears what is left.",
            )
        if (node / "started").exists():
            step.waiting_for = "the node to be Ready"
            try:
                if cluster.ask("get", "nodes", "-o", f"jsonpath={NODE_READY}") == "True":
                    return
            except SandboxError:
                pass  # the API server is still coming up
        else:
            step.waiting_for = "the control plane"
        if not keeper.found(node):
            raise SandboxError(
                "The embedded cluster ended while it was starting.",
                f"see {node / 'keeper.log'} and {node / 'node.log'}, and run `make up` again.",
            )
        if time.monotonic() > deadline:
            raise SandboxError(
                f"The cluster's node was not Ready after {START_SECONDS} s.",
                f"see the logs in {node / 'logs'}; `make down` clears what is left.",
            )
        time.sleep(0.3)


def apply_manifests(spec: Specification, cluster: Cluster) -> None:
    """Apply the node's own objects: access of its agents, names, metrics."""
    folder = Path(__file__).parent / "manifests"
    images: dict[str, str] = json.loads((spec.folder / "system-images.json").read_text())
    paths = [*sorted(folder.glob("*.yaml")), *managed.manifests(spec)]
    text = "\n---\n".join(path.read_text() for path in paths)
    words = {f"image:{name}": reference for name, reference in images.items()}
    words |= {"dns": spec.addresses.dns_service_ip, **managed.words(spec)}
    for word, value in words.items():
        text = text.replace(f"${{{word}}}", value)
    run(
        [
            cluster.kubectl, "--kubeconfig", cluster.kubeconfig, "apply", "--server-side",
            "--force-conflicts", "--field-manager=mizan-sandbox", "-f", "-",
        ],
        stdin=text,
    )  # fmt: skip


def remove(node: Path) -> None:
    """Remove the cluster's files."""
    shutil.rmtree(node, ignore_errors=True)
