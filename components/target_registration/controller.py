"""The controller that registers pods: its pods, its rights in the cluster, and its flags."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.core.v1 import ServiceAccount
from pulumi_kubernetes.networking.v1 import NetworkPolicy
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget
from pulumi_kubernetes.rbac.v1 import ClusterRole, ClusterRoleBinding, Role, RoleBinding

from components.compute import Compute
from components.connection import tcp
from components.target_registration.definitions import GROUP

NAME = "load-balancer-controller"
LABELS = {"app.kubernetes.io/name": NAME}
HEALTH_PORT = 61779
HTTPS = 443
CREDENTIALS = "169.254.170.23/32"
CREDENTIALS_PORT = 80
"""Where EKS Pod Identity hands out credentials; the address does not leave the node."""
CERTIFICATE_FOLDER = "/etc/mizan/tls"
READABLE_BY_GROUP = 0o440

READ = ("get", "list", "watch")
LEASE = "aws-load-balancer-controller-leader"

Rule = tuple[str, Sequence[str], Sequence[str]]

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
        account = ServiceAccount(
            f"{name}-account",
            metadata={"name": NAME, "namespace": self.namespace},
            automount_service_account_token=False,
            opts=child,
        )
        rights = self._rights(name, child)
        egress = NetworkPolicy(
            f"{name}-egress",
            metadata={"name": f"{NAME}-egress", "namespace": self.namespace},
            spec={
                "pod_selector": {"match_labels": LABELS},
                "policy_types": ["Egress"],
                "egress": [
                    {
                        "to": [{"ip_block": {"cidr": block}} for block in self.reachable_blocks],
                        "ports": tcp([HTTPS]),
                    },
                    {
                        "to": [{"ip_block": {"cidr": CREDENTIALS}}],
                        "ports": tcp([CREDENTIALS_PORT]),
                    },
                ],
            },
            opts=child,
        )
        PodDisruptionBudget(
            f"{name}-budget",
            metadata={"name": NAME, "namespace": self.namespace},
            spec={"max_unavailable": 1, "selector": {"match_labels": LABELS}},
            opts=child,
        )
        return Deployment(
            f"{name}-controller",
            metadata={"name": NAME, "namespace": self.namespace, "labels": LABELS},
            spec={
                "replicas": self.replicas,
                "revision_history_limit": 2,
                "selector": {"match_labels": LABELS},
                "strategy": {"rolling_update": {"max_unavailable": 1, "max_surge": 0}},
                "template": {"metadata": {"labels": LABELS}, "spec": self._pod()},
            },
            opts=pulumi.ResourceOptions.merge(
                child, pulumi.ResourceOptions(depends_on=[account, egress, *rights, *ready])
            ),
        )

    def _pod(self) -> Any:
        # It listens for the kubelet only, in plain text; the namespace lets nobody else in.
        probe = {"tcp_socket": {"port": HEALTH_PORT}, "timeout_seconds": 10}
        return {
            "service_account_name": NAME,
            "automount_service_account_token": True,
            # Without it, a new pod of the service never becomes ready.
            "priority_class_name": "system-cluster-critical",
            "topology_spread_constraints": [
                {
                    "max_skew": 1,
                    "topology_key": key,
                    "when_unsatisfiable": "ScheduleAnyway",
                    "label_selector": {"match_labels": LABELS},
                }
                for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
            ],
            "containers": [
                {
                    "name": "controller",
                    "image": self.image,
                    "args": self._flags(),
                    "resources": self.compute.resources(),
                    "liveness_probe": {"initial_delay_seconds": 30, **probe},
                    "readiness_probe": {"initial_delay_seconds": 5, **probe},
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

    def _rights(self, name: str, child: pulumi.ResourceOptions) -> list[pulumi.Resource]:
        subject: Any = {"kind": "ServiceAccount", "name": NAME, "namespace": self.namespace}
        everywhere = ClusterRole(
            f"{name}-role", metadata={"name": NAME}, rules=_rules(CLUSTER_RULES), opts=child
        )
        made: list[pulumi.Resource] = [
            ClusterRoleBinding(
                f"{name}-binding",
                metadata={"name": NAME},
                role_ref=_to("ClusterRole", everywhere.metadata),
                subjects=[subject],
                opts=child,
            )
        ]
        for namespace, rules in {
            self.target_namespace: _rules(TARGET_RULES),
            self.namespace: _own_rules(),
        }.items():
            role = Role(
                f"{name}-{namespace}-role",
                metadata={"name": NAME, "namespace": namespace},
                rules=rules,
                opts=child,
            )
            made.append(
                RoleBinding(
                    f"{name}-{namespace}-binding",
                    metadata={"name": NAME, "namespace": namespace},
                    role_ref=_to("Role", role.metadata),
                    subjects=[subject],
                    opts=child,
                )
            )
        return made


def _own_rules() -> Any:
    """Leases by which one pod works while the others wait."""
    leases = {"api_groups": ["coordination.k8s.io"], "resources": ["leases"]}
    return [
        {"api_groups": [""], "resources": ["events"], "verbs": ["create", "patch"]},
        # Kubernetes cannot limit `create` to a name: the object does not exist when it is asked.
        {**leases, "verbs": ["create"]},
        {**leases, "resource_names": [LEASE], "verbs": ["get", "patch", "update"]},
    ]


def _rules(rules: Sequence[Rule]) -> Any:
    return [
        {"api_groups": [group], "resources": list(kinds), "verbs": list(verbs)}
        for group, kinds, verbs in rules
    ]


def _to(kind: str, metadata: pulumi.Output[Any]) -> Any:
    return {
        "api_group": "rbac.authorization.k8s.io",
        "kind": kind,
        "name": metadata.apply(lambda known: str(known.name)),
    }
