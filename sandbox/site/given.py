"""A cluster of the user's own: nothing of it is started, stopped or built here."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import yaml

from sandbox import toolchain
from sandbox.cluster import Cluster
from sandbox.commands import mortal
from sandbox.deployment import Stack
from sandbox.faults import SandboxError
from sandbox.layout import Layout
from sandbox.ports import ports
from sandbox.progress import Step
from sandbox.recovery import Seeker
from sandbox.verification import Reader, store_reader

ANSWER_SECONDS = 10
FORWARD_SECONDS = 30
LOCAL_CLUSTERS = ("kind-", "k3d-")
"""How those two name the contexts of their clusters."""


class Given:
    """The cluster behind a kubeconfig; its images come from where `make mirror` put them."""

    providers: Sequence[str] = ("kubernetes",)

    def __init__(self, kubeconfig: Path, layout: Layout) -> None:
        self.kubeconfig = kubeconfig.resolve()
        self._layout = layout

    def require(self) -> None:
        """The kubeconfig is there.

        Raises:
            SandboxError: It is not.
        """
        if not self.kubeconfig.is_file():
            raise SandboxError(
                f"MIZAN_KUBECONFIG names {self.kubeconfig}, and there is no such file.",
                "give the kubeconfig of a running cluster, or unset it for an embedded one.",
            )

    def prepare(self, step: Step) -> None:
        """The machine runs no part of it."""
        step.note = "the cluster is the user's own"

    def start(self, step: Step) -> Cluster:
        """Return it once its API server has answered.

        Raises:
            SandboxError: It does not.
        """
        kubectl = shutil.which("kubectl")
        program = (
            Path(kubectl) if kubectl else toolchain.built(toolchain.KUBERNETES, step) / "kubectl"
        )
        cluster = Cluster(self.kubeconfig, program)
        try:
            cluster.ask("get", "--raw", "/readyz", f"--request-timeout={ANSWER_SECONDS}s")
        except SandboxError as error:
            raise SandboxError(
                f"The cluster of {self.kubeconfig} does not answer: {error.cause}",
                "start it, or unset MIZAN_KUBECONFIG for an embedded one.",
            ) from error
        step.note = str(self.kubeconfig)
        return cluster

    def link_tools(self, step: Step) -> None:
        """The user's own programs go with the user's own cluster."""
        del step

    def provide_images(self, cluster: Cluster, step: Step) -> None:
        """The program takes the digests of `images.lock`, and refuses an entry without one."""
        del cluster
        step.note = "as images.lock names them"

    def settings(self, cluster: Cluster) -> Mapping[str, str]:
        """Where the API server is; which provisioner encrypts is the user's to configure."""
        path = "jsonpath={.subsets[0].addresses[0].ip} {.subsets[0].ports[0].port}"
        address, port = cluster.ask("get", "endpoints", "kubernetes", "-o", path).split()
        return {"mizan:apiServerAddress": address, "mizan:apiServerPort": port}

    def stack(self, variables: Mapping[str, str]) -> Stack:
        """The stack of this checkout."""
        return Stack(name=self._layout.environment, variables=variables)

    def seekers(self, stack: Stack) -> Sequence[Seeker]:
        """What can be left half made is in the cluster alone."""
        del stack
        return ()

    def reader(self, cluster: Cluster, outputs: Mapping[str, Any]) -> Reader:
        """Reads the store in the cluster, with the credential of serving."""
        del outputs
        return store_reader(cluster, self._layout)

    @property
    def held_to(self) -> Mapping[str, float] | None:
        """Not ours to see."""
        return None

    @contextmanager
    def reached(self, cluster: Cluster) -> Iterator[None]:
        """`kubectl port-forward`, while it lasts."""
        chosen = ports()
        with ExitStack() as forwards:
            for namespace, service, port, loopback in (
                ("serving", "serving", 8443, chosen.serving),
                ("storage", "store", 7070, chosen.store),
            ):
                forwards.enter_context(_forward(cluster, namespace, service, port, loopback))
            yield

    @property
    def peak_memory_gib(self) -> float | None:
        """Not ours to see."""
        return None

    @property
    def stand_ins(self) -> list[str]:
        """None: the cluster is real."""
        return []


@contextmanager
def _forward(
    cluster: Cluster, namespace: str, service: str, port: int, loopback: int
) -> Iterator[None]:
    command = [
        str(cluster.kubectl), "--kubeconfig", str(cluster.kubeconfig), "-n", namespace,
        "port-forward", f"service/{service}", f"{loopback}:{port}",
    ]  # fmt: skip
    with subprocess.Popen(
        mortal(command), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            _await(process, f"{namespace}/{service}", loopback)
            yield
        finally:
            process.terminate()


def _await(process: "subprocess.Popen[str]", service: str, loopback: int) -> None:
    deadline = time.monotonic() + FORWARD_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", loopback), 1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    process.terminate()
    told = process.stderr.read().strip() if process.stderr else ""
    raise SandboxError(
        f"Port {loopback} of 127.0.0.1 does not lead to {service}: {told or 'no answer'}.",
        "see that its pod is Ready, or choose other ports with MIZAN_PORT.",
    )


def local_cluster(layout: Layout) -> str | None:
    """The user's kubeconfig, where its current context is a cluster of kind or k3d."""
    named = os.environ.get("KUBECONFIG") or str(Path.home() / ".kube" / "config")
    path = Path(named.split(os.pathsep)[0])
    if path == layout.kubeconfig or not path.is_file():
        return None
    try:
        context = str((yaml.safe_load(path.read_text()) or {}).get("current-context", ""))
    except (yaml.YAMLError, AttributeError, OSError):
        return None  # kubectl could not use it either
    return str(path) if context.startswith(LOCAL_CLUSTERS) else None
