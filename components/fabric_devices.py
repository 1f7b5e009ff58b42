"""Hands the EFA interfaces of a node to the pods that train together on it."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apps.v1 import DaemonSet
from pulumi_kubernetes.core.v1 import Namespace
from pulumi_kubernetes.networking.v1 import NetworkPolicy

from components.compute import Compute
from components.node_pool.machine import (
    FABRIC_LABEL,
    FABRIC_RESOURCE,
    GPU_RESOURCE,
    PURPOSE_LABEL,
)

NAME = "fabric-devices"
NAMESPACE = "node-agents"
"""Both as the boundary of the policy pack lists them: no other pod is excused."""
LABELS = {"app.kubernetes.io/name": NAME}
SOCKETS = "/var/lib/kubelet/device-plugins"
DEVICES = "/dev/infiniband"


@dataclass(frozen=True, kw_only=True)
class FabricDevicesArgs:
    """Out of what it is made."""

    image: pulumi.Input[str]
    """Image of the EFA device plugin, by digest."""
    compute: Compute
    """CPU and memory on each such node."""


class FabricDevices(pulumi.ComponentResource):
    """Pods may ask for `vpc.amazonaws.com/efa` on the nodes that have it.

    It reaches into the node for the kubelet's socket and the devices, so it lives apart: as root
    without any capability, in a namespace of its own that denies all traffic.
    """

    resource: pulumi.Output[str]
    """What pods ask for; known once every such node has the plugin."""

    def __init__(
        self, name: str, args: FabricDevicesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mizan:components:FabricDevices", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        namespace = Namespace(
            f"{name}-namespace",
            metadata={
                "name": NAMESPACE,
                "labels": {
                    "pod-security.kubernetes.io/enforce": "privileged",
                    "pod-security.kubernetes.io/audit": "restricted",
                    "pod-security.kubernetes.io/warn": "restricted",
                },
            },
            opts=child,
        )
        walls = NetworkPolicy(
            f"{name}-default-deny",
            metadata={"name": "default-deny", "namespace": NAMESPACE},
            spec={"pod_selector": {}, "policy_types": ["Ingress", "Egress"]},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[namespace]),
        )
        plugin = DaemonSet(
            f"{name}-plugin",
            metadata={"name": NAME, "namespace": NAMESPACE, "labels": LABELS},
            spec={
                "selector": {"match_labels": LABELS},
                "template": {
                    "metadata": {"labels": LABELS},
                    "spec": {
                        "node_selector": {FABRIC_LABEL: "efa"},
                        "tolerations": [
                            {"key": key, "operator": "Exists", "effect": "NoSchedule"}
                            for key in (GPU_RESOURCE, PURPOSE_LABEL)
                        ],
                        "priority_class_name": "system-node-critical",
                        "host_network": True,
                        "automount_service_account_token": False,
                        "security_context": {
                            "run_as_non_root": False,
                            "run_as_user": 0,
                            "run_as_group": 0,
                        },
                        "containers": [
                            {
                                "name": "plugin",
                                "image": args.image,
                                "resources": args.compute.resources(),
                                "volume_mounts": [
                                    {"name": "sockets", "mount_path": SOCKETS},
                                    {"name": "devices", "mount_path": DEVICES},
                                ],
                            }
                        ],
                        "volumes": [
                            {"name": "sockets", "host_path": {"path": SOCKETS}},
                            {"name": "devices", "host_path": {"path": DEVICES}},
                        ],
                    },
                },
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[walls]),
        )
        self.resource = plugin.metadata.apply(lambda _: FABRIC_RESOURCE)
        self.register_outputs({"resource": self.resource})
