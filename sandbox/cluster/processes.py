"""The programs of the node, in the order of their start."""

from collections.abc import Sequence
from pathlib import Path

from sandbox.cluster import address
from sandbox.cluster.control_plane import ControlPlane, Process


def processes(node: Path, tools: Path, python: str, agent: Sequence[str]) -> list[Process]:
    """All programs of the node, dependencies first."""
    plane = ControlPlane(folder=node, tools=tools, host=address.NODE_IP, api_port=address.API_PORT)
    return [
        Process(
            "containerd",
            ["containerd", "--config", f"{node}/settings/containerd.toml"],
            ["ctr", "version"],
        ),
        plane.etcd(),
        plane.apiserver(),
        plane.controller_manager(),
        plane.scheduler(),
        Process(
            "kubelet",
            [
                f"{tools}/kubelet",
                f"--config={node}/settings/kubelet.yaml",
                f"--kubeconfig={node}/settings/kubelet.kubeconfig",
                f"--hostname-override={address.NODE}",
                f"--node-ip={address.NODE_IP}",
                f"--root-dir={node}/kubelet",
            ],
        ),
        Process(
            "kube-proxy",
            [
                *plane.client("kube-proxy", "kube-proxy"),
                f"--hostname-override={address.NODE}",
                f"--cluster-cidr={address.CLUSTER_CIDR}",
                "--oom-score-adj=0",
                "--conntrack-max-per-core=0",
                "--metrics-bind-address=127.0.0.1",
            ],
        ),
        Process(
            "network-policy",
            [
                *plane.client("network-policy", "network-policy"),
                f"--node={address.NODE}",
                f"--service-cidr={address.SERVICE_CIDR}",
            ],
        ),
        Process("node-agent", [python, *agent]),
    ]
