"""The programs of the node, in the order of their start."""

from pathlib import Path

from sandbox.cluster import address, managed
from sandbox.cluster.control_plane import ControlPlane, Process
from sandbox.cluster.specification import Specification


def processes(spec: Specification) -> list[Process]:
    """All programs of the node, dependencies first."""
    node, tools, where = spec.folder, spec.tools, spec.addresses
    told = str(node / "specification.json")
    plane = ControlPlane(
        folder=node,
        tools=Path(tools),
        host=where.node_ip,
        api_port=where.api_port,
        service_cidr=where.service_cidr,
    )
    around = managed.processes(spec)
    return [
        Process("forward", [spec.python, "-m", "sandbox.cluster.forward", "inside", told]),
        Process(
            "containerd",
            ["containerd", "--config", f"{node}/settings/containerd.toml"],
            ["ctr", "version"],
        ),
        plane.etcd(),
        plane.apiserver(*managed.api_server_arguments(spec)),
        *around,
        plane.controller_manager(),
        plane.scheduler(),
        Process(
            "kubelet",
            [
                f"{tools}/kubelet",
                f"--config={node}/settings/kubelet.yaml",
                f"--kubeconfig={node}/settings/kubelet.kubeconfig",
                f"--hostname-override={address.NODE}",
                f"--node-ip={where.node_ip}",
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
                f"--service-cidr={where.service_cidr}",
            ],
        ),
        Process("node-agent", [spec.python, "-m", "sandbox.cluster.agent", told]),
    ]
