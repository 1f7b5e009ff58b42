"""The controller that adds and removes nodes: its pods, and its rights in the cluster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.rbac.v1 import PolicyRuleArgsDict

from components.cloud_controller import READ, CloudController, Rule, probes
from components.compute import Compute
from components.elastic_capacity.definitions import CLOUD_GROUP, CORE_GROUP
from components.node_pool.machine import POOL_LABEL

NAME = "karpenter"
HEALTH_PORT = 8081
PROBE_SECONDS = 30

LEASE = "karpenter-leader-election"

CLUSTER_RULES: Sequence[Rule] = (
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
        return CloudController(
            name=NAME,
            namespace=self.namespace,
            replicas=self.replicas,
            reachable_blocks=self.reachable_blocks,
            cluster_rules=CLUSTER_RULES,
            namespace_rules={**NAMESPACE_RULES, self.namespace: OWN_RULES},
            pod=self._pod(),
        ).build(name, child, ready)

    def _pod(self) -> Mapping[str, Any]:
        fixed = [{"key": POOL_LABEL, "operator": "In", "values": list(self.fixed_pools)}]
        fixed.append({"key": f"{CORE_GROUP}/nodepool", "operator": "DoesNotExist"})
        return {
            "affinity": {
                "node_affinity": {
                    "required_during_scheduling_ignored_during_execution": {
                        "node_selector_terms": [{"match_expressions": fixed}]
                    }
                }
            },
            "containers": [
                {
                    "name": "controller",
                    "image": self.image,
                    "env": [{"name": key, "value": value} for key, value in self.settings.items()],
                    "resources": self.compute.resources(),
                    **probes(HEALTH_PORT, PROBE_SECONDS),
                }
            ],
        }
