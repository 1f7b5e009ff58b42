"""A controller in the cluster that works on AWS: its pods, its rights, and its two ways out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.core.v1 import ServiceAccount
from pulumi_kubernetes.networking.v1 import NetworkPolicy
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget
from pulumi_kubernetes.rbac.v1 import (
    ClusterRole,
    ClusterRoleBinding,
    PolicyRuleArgsDict,
    Role,
    RoleBinding,
)

from components.connection import tcp
from components.pod_identity import AGENT_BLOCK, AGENT_PORT

HTTPS: Final = 443
READ: Final = ("get", "list", "watch")

Rule = tuple[str, Sequence[str], Sequence[str]]
"""Group, resources and verbs."""


@dataclass(frozen=True, kw_only=True)
class CloudController:
    """What every such controller is, whatever it works on."""

    name: str
    """Physical name of its objects, and value of their label."""
    namespace: str
    replicas: int
    reachable_blocks: Sequence[str]
    """Where the API server and AWS's endpoints listen for TLS."""
    cluster_rules: Sequence[Rule]
    """Its rights over the whole cluster."""
    namespace_rules: Mapping[str, Sequence[PolicyRuleArgsDict]]
    """Its rights in single namespaces."""
    pod: Mapping[str, Any]
    """What its pods have of their own: containers, and where they run."""

    @property
    def labels(self) -> dict[str, str]:
        """Labels of its pods."""
        return {"app.kubernetes.io/name": self.name}

    def build(self, name: str, child: pulumi.ResourceOptions, ready: list[Any]) -> Deployment:
        """Make the controller.

        Args:
            name: Name of the component that it belongs to.
            child: Options of each resource.
            ready: What has to be there before it starts.
        """
        account = ServiceAccount(
            f"{name}-account",
            metadata={"name": self.name, "namespace": self.namespace},
            automount_service_account_token=False,
            opts=child,
        )
        rights = self._rights(name, child)
        egress = NetworkPolicy(
            f"{name}-egress",
            metadata={"name": f"{self.name}-egress", "namespace": self.namespace},
            spec={
                "pod_selector": {"match_labels": self.labels},
                "policy_types": ["Egress"],
                "egress": [
                    {
                        "to": [{"ip_block": {"cidr": block}} for block in self.reachable_blocks],
                        "ports": tcp([HTTPS]),
                    },
                    {
                        "to": [{"ip_block": {"cidr": AGENT_BLOCK}}],
                        "ports": tcp([AGENT_PORT]),
                    },
                ],
            },
            opts=child,
        )
        PodDisruptionBudget(
            f"{name}-budget",
            metadata={"name": self.name, "namespace": self.namespace},
            spec={"max_unavailable": 1, "selector": {"match_labels": self.labels}},
            opts=child,
        )
        return Deployment(
            f"{name}-controller",
            metadata={"name": self.name, "namespace": self.namespace, "labels": self.labels},
            spec={
                "replicas": self.replicas,
                "revision_history_limit": 2,
                "selector": {"match_labels": self.labels},
                # On a single node there is no room beside the old pod for a new one.
                "strategy": {"rolling_update": {"max_unavailable": 1, "max_surge": 0}},
                "template": {"metadata": {"labels": self.labels}, "spec": self._pod()},
            },
            opts=pulumi.ResourceOptions.merge(
                child, pulumi.ResourceOptions(depends_on=[account, egress, *rights, *ready])
            ),
        )

    def _pod(self) -> Any:
        return {
            "service_account_name": self.name,
            "automount_service_account_token": True,
            # Without it other pods wait: for nodes, or to become ready.
            "priority_class_name": "system-cluster-critical",
            "topology_spread_constraints": [
                {
                    "max_skew": 1,
                    "topology_key": key,
                    "when_unsatisfiable": "ScheduleAnyway",
                    "label_selector": {"match_labels": self.labels},
                }
                for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
            ],
            **self.pod,
        }

    def _rights(self, name: str, child: pulumi.ResourceOptions) -> list[pulumi.Resource]:
        subject: Any = {"kind": "ServiceAccount", "name": self.name, "namespace": self.namespace}
        everywhere = ClusterRole(
            f"{name}-role",
            metadata={"name": self.name},
            rules=in_words(self.cluster_rules),
            opts=child,
        )
        made: list[pulumi.Resource] = [
            ClusterRoleBinding(
                f"{name}-binding",
                metadata={"name": self.name},
                role_ref=_to("ClusterRole", everywhere.metadata),
                subjects=[subject],
                opts=child,
            )
        ]
        for namespace, rules in self.namespace_rules.items():
            role = Role(
                f"{name}-{namespace}-role",
                metadata={"name": self.name, "namespace": namespace},
                rules=list(rules),
                opts=child,
            )
            made.append(
                RoleBinding(
                    f"{name}-{namespace}-binding",
                    metadata={"name": self.name, "namespace": namespace},
                    role_ref=_to("Role", role.metadata),
                    subjects=[subject],
                    opts=child,
                )
            )
        return made


def probes(port: int, timeout_seconds: int) -> dict[str, Any]:
    """How the kubelet sees that it lives.

    It listens for the kubelet only, in plain text; the namespace lets nobody else in.
    """
    probe = {"tcp_socket": {"port": port}, "timeout_seconds": timeout_seconds}
    return {
        "liveness_probe": {"initial_delay_seconds": 30, **probe},
        "readiness_probe": {"initial_delay_seconds": 5, **probe},
    }


def in_words(rules: Sequence[Rule]) -> list[PolicyRuleArgsDict]:
    """Rules as Kubernetes takes them."""
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
