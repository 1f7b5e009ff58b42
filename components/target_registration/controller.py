"""The controller that registers pods: its pods, its rights in the cluster, and its flags."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.apps.v1 import Deployment

from components.cloud_controller import READ, CloudController, Rule, in_words, probes
from components.compute import Compute
from components.target_registration.definitions import GROUP

NAME = "load-balancer-controller"
HEALTH_PORT = 61779
PROBE_SECONDS = 10
CERTIFICATE_FOLDER = "/etc/mizan/tls"
READABLE_BY_GROUP = 0o440

LEASE = "aws-load-balancer-controller-leader"

CLUSTER_RULES: Sequence[Rule] = (
    ("", ["nodes"], READ),
    ("networking.k8s.io", ["ingressclasses"], READ),
    (GROUP, ["ingressclassparams"], READ),
)
"""Group, resources and verbs over what stands in no namespace."""

TARGET_RULES: Sequence[Rule] = (
    (GROUP, ["targetgroupbindings"], [*READ, "update", "patch"]),
    (GROUP, ["targetgroupbindings/status"], ["update", "patch"]),
    ("", ["pods", "services"], READ),
    ("", ["pods/status"], ["update", "patch"]),
    ("", ["events"], ["create", "patch"]),
    ("discovery.k8s.io", ["endpointslices"], READ),
    ("networking.k8s.io", ["ingresses"], READ),
)
"""What it needs in the namespace of the pods that it registers; it reads no Secret."""

OFF = (
    "ALBGatewayAPI",
    "EnableServiceController",
    "GlobalAcceleratorController",
    "NLBGatewayAPI",
)
"""What else the program could do: it makes no load balancer here, it only fills one."""


@dataclass(frozen=True, kw_only=True)
class Controller:
    """Out of what the controller is made."""

    namespace: str
    target_namespace: str
    image: pulumi.Input[str]
    replicas: int
    compute: Compute
    tls_secret: str
    reachable_blocks: Sequence[str]
    cluster: pulumi.Input[str]
    region: str
    vpc_id: pulumi.Input[str]

    def build(self, name: str, child: pulumi.ResourceOptions, ready: list[Any]) -> Deployment:
        """Make the controller.

        Args:
            name: Name of the component that it belongs to.
            child: Options of each resource.
            ready: What has to be there before it starts.
        """
        return CloudController(
            name=NAME,
            namespace=self.namespace,
            replicas=self.replicas,
            reachable_blocks=self.reachable_blocks,
            cluster_rules=CLUSTER_RULES,
            namespace_rules={
                self.target_namespace: in_words(TARGET_RULES),
                self.namespace: _own_rules(),
            },
            pod=self._pod(),
        ).build(name, child, ready)

    def _pod(self) -> Mapping[str, Any]:
        return {
            "containers": [
                {
                    "name": "controller",
                    "image": self.image,
                    "args": self._flags(),
                    "resources": self.compute.resources(),
                    **probes(HEALTH_PORT, PROBE_SECONDS),
                    "volume_mounts": [
                        {"name": "tls", "mount_path": CERTIFICATE_FOLDER, "read_only": True}
                    ],
                }
            ],
            "volumes": [
                {
                    "name": "tls",
                    "secret": {"secret_name": self.tls_secret, "default_mode": READABLE_BY_GROUP},
                }
            ],
        }

    def _flags(self) -> list[pulumi.Input[str]]:
        """Its flags: what it would ask the node's metadata is told, since no pod reaches that."""
        return [
            pulumi.Output.concat("--cluster-name=", self.cluster),
            f"--aws-region={self.region}",
            pulumi.Output.concat("--aws-vpc-id=", self.vpc_id),
            f"--watch-namespace={self.target_namespace}",
            f"--leader-election-namespace={self.namespace}",
            f"--leader-election-id={LEASE}",
            f"--feature-gates={','.join(f'{feature}=false' for feature in OFF)}",
            "--enable-backend-security-group=false",
            "--enable-shield=false",
            "--enable-waf=false",
            "--enable-wafv2=false",
            f"--health-probe-bind-addr=:{HEALTH_PORT}",
            "--metrics-bind-addr=0",
            # Its listener for webhooks starts in any case. None is registered.
            f"--webhook-cert-dir={CERTIFICATE_FOLDER}",
        ]


def _own_rules() -> Any:
    """Leases by which one pod works while the others wait."""
    leases = {"api_groups": ["coordination.k8s.io"], "resources": ["leases"]}
    return [
        {"api_groups": [""], "resources": ["events"], "verbs": ["create", "patch"]},
        # Kubernetes cannot limit `create` to a name: the object does not exist when it is asked.
        {**leases, "verbs": ["create"]},
        {**leases, "resource_names": [LEASE], "verbs": ["get", "patch", "update"]},
    ]
