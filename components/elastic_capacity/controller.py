"""The controller that adds and removes nodes: its pods, and its rights in the cluster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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

from components.compute import Compute
from components.connection import tcp
from components.elastic_capacity.definitions import CLOUD_GROUP, CORE_GROUP
from components.node_pool.machine import POOL_LABEL

NAME = "karpenter"
LABELS = {"app.kubernetes.io/name": NAME}
HEALTH_PORT = 8081
HTTPS = 443
CREDENTIALS = "169.254.170.23/32"
CREDENTIALS_PORT = 80
"""Where EKS Pod Identity hands out credentials; the address does not leave the node."""

READ = ["get", "list", "watch"]
LEASE = "karpenter-leader-election"

CLUSTER_RULES: Sequence[tuple[str, Sequence[str], Sequence[str]]] = (
    (CORE_GROUP, ["nodepools", "nodepools/status", "nodeclaims", "nodeclaims/status"], READ),
    (CORE_GROUP, ["nodeclaims", "nodeclaims/status"], ["create", "delete", "update", "patch"]),
    (CORE_GROUP, ["nodepools", "nodepools/status"], ["update", "patch"]),
    (CLOUD_GROUP, ["ec2nodeclasses", "ec2nodeclasses/status"], [*READ, "update", "patch"]),
    (
        "",
        [
            "events",
            "namespaces",
            "nodes",
            "persistentvolumeclaims",
            "persistentvolumes",
            "pods",
            "podtemplates",
            "replicationcontrollers",
        ],
        READ,
    ),
    ("", ["events"], ["create", "patch"]),
    ("", ["nodes"], ["patch", "delete", "update"]),
    ("", ["pods/eviction"], ["create"]),
    ("", ["pods"], ["delete"]),
    ("apps", ["daemonsets", "deployments", "replicasets", "statefulsets"], READ),
    ("policy", ["poddisruptionbudgets"], READ),
    ("resource.k8s.io", ["deviceclasses", "resourceclaims", "resourceslices"], READ),
    ("storage.k8s.io", ["csinodes", "storageclasses", "volumeattachments"], READ),
)
"""Group, resources and verbs over the whole cluster; it reads no Secret and no ConfigMap."""

NAMESPACE_RULES: Mapping[str, Sequence[PolicyRuleArgsDict]] = {
    "kube-system": [
        {
            "api_groups": [""],
            "resources": ["services"],
            "resource_names": ["kube-dns"],
            "verbs": ["get"],
        }
    ],
    "kube-node-lease": [
        {
            "api_groups": ["coordination.k8s.io"],
            "resources": ["leases"],
            "verbs": [*READ, "delete"],
        }
    ],
}
"""What it needs beside its own namespace: the address of DNS, and leases of nodes that are gone."""

OWN_RULES: Sequence[PolicyRuleArgsDict] = (
    {"api_groups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get", "watch"]},
    # Kubernetes cannot limit `create` to a name: the object does not exist when it is asked.
    {"api_groups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["create"]},
    {
        "api_groups": ["coordination.k8s.io"],
        "resources": ["leases"],
        "resource_names": [LEASE],
        "verbs": ["patch", "update"],
    },
)


@dataclass(frozen=True, kw_only=True)
class Controller:
    """Out of what the controller is made."""

    namespace: str
    image: pulumi.Input[str]
    replicas: int
    compute: Compute
    fixed_pools: Sequence[str]
    """Pools on whose nodes it runs: it cannot add the node that it waits for."""
    reachable_blocks: Sequence[str]
    settings: Mapping[str, pulumi.Input[str]]
    """Its environment."""

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
                # On a single node there is no room beside the old pod for a new one.
                "strategy": {"rolling_update": {"max_unavailable": 1, "max_surge": 0}},
                "template": {"metadata": {"labels": LABELS}, "spec": self._pod()},
            },
            opts=pulumi.ResourceOptions.merge(
                child, pulumi.ResourceOptions(depends_on=[account, egress, *rights, *ready])
            ),
        )

    def _pod(self) -> Any:
        fixed = [{"key": POOL_LABEL, "operator": "In", "values": list(self.fixed_pools)}]
        fixed.append({"key": f"{CORE_GROUP}/nodepool", "operator": "DoesNotExist"})
        # It listens for the kubelet only, in plain text; the namespace lets nobody else in.
        probe = {"tcp_socket": {"port": HEALTH_PORT}, "timeout_seconds": 30}
        return {
            "service_account_name": NAME,
            "automount_service_account_token": True,
            "priority_class_name": "system-cluster-critical",
            "affinity": {
                "node_affinity": {
                    "required_during_scheduling_ignored_during_execution": {
                        "node_selector_terms": [{"match_expressions": fixed}]
                    }
                }
            },
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
                    "env": [{"name": key, "value": value} for key, value in self.settings.items()],
                    "resources": self.compute.resources(),
                    "liveness_probe": {"initial_delay_seconds": 30, **probe},
                    "readiness_probe": {"initial_delay_seconds": 5, **probe},
                }
            ],
        }

    def _rights(self, name: str, child: pulumi.ResourceOptions) -> list[pulumi.Resource]:
        subject: Any = {"kind": "ServiceAccount", "name": NAME, "namespace": self.namespace}
        everywhere = ClusterRole(
            f"{name}-role",
            metadata={"name": NAME},
            rules=[
                {"api_groups": [group], "resources": list(kinds), "verbs": list(verbs)}
                for group, kinds, verbs in CLUSTER_RULES
            ],
            opts=child,
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
        for namespace, rules in {**NAMESPACE_RULES, self.namespace: OWN_RULES}.items():
            role = Role(
                f"{name}-{namespace}-role",
                metadata={"name": NAME, "namespace": namespace},
                rules=list(rules),
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


def _to(kind: str, metadata: pulumi.Output[Any]) -> Any:
    return {
        "api_group": "rbac.authorization.k8s.io",
        "kind": kind,
        "name": metadata.apply(lambda known: str(known.name)),
    }
