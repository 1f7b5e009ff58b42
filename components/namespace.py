"""A namespace in which nothing runs, talks or grows unless it was allowed to."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core.v1 import LimitRange, ResourceQuota
from pulumi_kubernetes.core.v1 import Namespace as CoreNamespace
from pulumi_kubernetes.networking.v1 import NetworkPolicy

POD_SECURITY = {
    f"pod-security.kubernetes.io/{mode}{suffix}": value
    for mode in ("enforce", "audit", "warn")
    for suffix, value in (("", "restricted"), ("-version", "latest"))
}
NAME_LABEL = "kubernetes.io/metadata.name"
DNS_NAMESPACE = "kube-system"
DNS_LABELS = {"k8s-app": "kube-dns"}
DNS_PORT = 53
# Kubernetes makes these itself, and they cannot be held to `restricted`; nothing of ours is there.
SYSTEM_NAMESPACES = {
    "kube-system": "agents of the node need its network, its devices and its volumes",
    "kube-public": "made by Kubernetes for facts that everybody may read; it holds no pod",
    "kube-node-lease": "made by Kubernetes for the nodes' heartbeats; it holds no pod",
    "default": "made by Kubernetes; it holds the API server's Service and no pod",
}


@dataclass(frozen=True, kw_only=True)
class NamespaceArgs:
    """What one namespace may hold. Kubernetes quantities throughout (``500m``, ``2Gi``)."""

    name: str
    """Name of the namespace, as `kubectl` and host names show it."""
    cpu: str
    """CPU that all pods together may request, and be limited to unless `cpu_limit` says more."""
    memory: str
    """Memory that all pods together may request, and be limited to unless `memory_limit` says."""
    cpu_limit: str | None = None
    """Sum of the pods' CPU limits; the same as `cpu` when absent."""
    memory_limit: str | None = None
    """Sum of the pods' memory limits; the same as `memory` when absent."""
    storage: str = "0"
    """Sum of the volumes that may be claimed; none by default."""
    pods: int = 10
    """Number of pods that may exist at once, finished Jobs' pods not counted."""
    container_cpu: str = "100m"
    """CPU that a container gets, as request and limit, when it does not say."""
    container_memory: str = "128Mi"
    """Memory that a container gets, as request and limit, when it does not say."""


class Namespace(pulumi.ComponentResource):
    """A namespace under Pod Security `restricted`, closed both ways, with a quota and limits.

    Only names can be resolved from it; every other conversation needs a `Connection`.
    Make whatever lives in it depend on this component: no pod starts before the walls stand.
    """

    name: pulumi.Output[str]

    def __init__(
        self, name: str, args: NamespaceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make the namespace.

        Raises:
            ValueError: if Kubernetes makes the namespace itself.
        """
        super().__init__("mizan:components:Namespace", name, None, opts)
        if args.name in SYSTEM_NAMESPACES:
            raise ValueError(
                f"the namespace {args.name} belongs to Kubernetes "
                f"({SYSTEM_NAMESPACES[args.name]}): choose another name"
            )
        child = pulumi.ResourceOptions(parent=self)
        namespace = CoreNamespace(
            f"{name}-namespace", metadata={"name": args.name, "labels": POD_SECURITY}, opts=child
        )
        self.name = namespace.metadata.apply(lambda metadata: str(metadata.name))

        NetworkPolicy(
            f"{name}-default-deny",
            metadata={"name": "default-deny", "namespace": self.name},
            spec={"pod_selector": {}, "policy_types": ["Ingress", "Egress"]},
            opts=child,
        )
        NetworkPolicy(
            f"{name}-allow-dns",
            metadata={"name": "allow-dns", "namespace": self.name},
            spec={
                "pod_selector": {},
                "policy_types": ["Egress"],
                "egress": [
                    {
                        "to": [
                            {
                                "namespace_selector": {"match_labels": {NAME_LABEL: DNS_NAMESPACE}},
                                "pod_selector": {"match_labels": DNS_LABELS},
                            }
                        ],
                        "ports": [{"protocol": p, "port": DNS_PORT} for p in ("UDP", "TCP")],
                    }
                ],
            },
            opts=child,
        )
        ResourceQuota(
            f"{name}-quota",
            metadata={"name": "quota", "namespace": self.name},
            spec={
                "hard": {
                    "requests.cpu": args.cpu,
                    "requests.memory": args.memory,
                    "limits.cpu": args.cpu_limit or args.cpu,
                    "limits.memory": args.memory_limit or args.memory,
                    "requests.storage": args.storage,
                    "pods": str(args.pods),
                }
            },
            opts=child,
        )
        fallback = {"cpu": args.container_cpu, "memory": args.container_memory}
        LimitRange(
            f"{name}-limits",
            metadata={"name": "limits", "namespace": self.name},
            spec={
                "limits": [{"type": "Container", "default": fallback, "default_request": fallback}]
            },
            opts=child,
        )
        self.register_outputs({"name": self.name})
