"""A real control plane whose nodes are played: it plays the managed cluster of a cloud."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from kubernetes import client, config

from sandbox.cluster import Cluster, settings
from sandbox.cluster.control_plane import LOOPBACK, ControlPlane, Process
from sandbox.files import PRIVATE, replace
from sandbox.rehearsal.programs import Programs, free_ports

STAGES = Path(__file__).with_name("stages.yaml")
LEASE_SECONDS = 40
"""How long a node is believed in without a sign of life, as kubelets have it."""

STAND_INS = (
    "control plane on loopback ports (for the managed control plane)",
    (
        "nodes, and pods without a container, Karpenter and the load balancer's controller among "
        "them, by kwok (for machines and what runs on them)"
    ),
    "no controller that attaches volumes: nothing is mounted",
)


@dataclass(frozen=True)
class Control:
    """A running control plane.

    Attributes:
        kubeconfig: Its administrator's.
        kubectl: The program that goes with it.
        server: Address of the API server.
        authority: File with the certificate of its CA.
        token: What the API server takes for the token of a cloud identity.
    """

    kubeconfig: Path
    kubectl: Path
    server: str
    authority: Path
    token: str

    @property
    def cluster(self) -> Cluster:
        """It, as the rest of the sandbox asks it."""
        return Cluster(self.kubeconfig, self.kubectl)

    def api(self) -> Any:
        """A client with the administrator's rights."""
        given = client.Configuration()
        config.load_kube_config(str(self.kubeconfig), client_configuration=given)
        return client.ApiClient(given)


def start(folder: Path, tools: Path, kwok: Path, programs: Programs) -> Control:
    """Start a control plane and the player of its nodes; there are none yet.

    Args:
        folder: Its files; what an earlier one left there must be gone.
        tools: Folder of the compiled Kubernetes programs.
        kwok: The program that plays nodes.
        programs: Gets what is started.

    Raises:
        SandboxError: A program does not come up; the message names its log.
    """
    (folder / "logs").mkdir(parents=True)
    api, etcd, peer, controllers, scheduler = free_ports(5)
    plane = ControlPlane(
        folder=folder, tools=tools, host=LOOPBACK, api_port=api, etcd_port=etcd, peer_port=peer,
        controller_port=controllers, scheduler_port=scheduler,
    )  # fmt: skip
    server = f"https://{LOOPBACK}:{api}"
    settings.render_control_plane(folder, server)
    token = secrets.token_urlsafe(32)
    replace(folder / "tokens.csv", f'{token},estate-owner,estate-owner,"system:masters"\n', PRIVATE)

    store = plane.etcd()
    programs.start(store)
    programs.await_ready(store)
    front = plane.apiserver(
        f"--token-auth-file={folder}/tokens.csv", "--endpoint-reconciler-type=none"
    )
    programs.start(front)
    programs.await_ready(front)
    programs.start(
        plane.controller_manager("--leader-elect=false", "--controllers=*,-attachdetach")
    )
    programs.start(plane.scheduler("--leader-elect=false"))
    programs.start(_player(plane, kwok))
    return Control(
        kubeconfig=folder / "settings" / "admin.kubeconfig",
        kubectl=tools / "kubectl",
        server=server,
        authority=folder / "pki" / "cluster-ca.crt",
        token=token,
    )


def _player(plane: ControlPlane, kwok: Path) -> Process:
    # kwok takes its flags of the user's own settings file too, unless another is named.
    behaviour = plane.folder / "settings" / "stages.yaml"
    documents = list(yaml.safe_load_all(STAGES.read_text(encoding="utf-8")))
    behaviour.write_text(yaml.safe_dump_all(documents, sort_keys=False))
    return Process(
        "kwok",
        [
            str(kwok),
            f"--kubeconfig={plane.folder}/settings/admin.kubeconfig",
            f"--config={behaviour}",
            "--manage-all-nodes",
            f"--node-lease-duration-seconds={LEASE_SECONDS}",
            "--node-ip=10.0.0.1",
            "--cidr=10.128.0.0/16",
        ],
    )
