"""What the programs have in common, and nothing to object to: each adds its one fault to this.

The typed SDKs are left out: the engine sees the same, and they take seconds to import and
gigabytes to type-check.
"""

import json
from typing import Any

import pulumi

IMAGE = f"registry.artifacts.svc.cluster.local:5000/mizan/serving@sha256:{'0' * 63}1"
TAGS = {
    "owner": "ai-platform",
    "cost-centre": "CC-1",
    "environment": "fault",
    "workload": "platform",
    "data-class": "internal",
    "profile": "shared",
}
RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}


class Resource(pulumi.CustomResource):
    """A resource by its token, with inputs as they go over the wire."""

    def __init__(
        self, token: str, name: str, opts: pulumi.ResourceOptions | None = None, **inputs: Any
    ) -> None:
        super().__init__(token, name, {"arn": None, "metadata": None, **inputs}, opts)

    def output(self, name: str) -> pulumi.Output[Any]:
        """An output: what was put in, or not known before the resource is made."""
        value: pulumi.Output[Any] = pulumi.get(self, name)
        return value


def inside(budget_usd: int = 1000) -> pulumi.ResourceOptions:
    """Options of an AWS resource under a provider in the country, with tags and a budget."""
    settings = {"region": "me-central-1", "defaultTags": json.dumps({"tags": TAGS})}
    provider = pulumi.ProviderResource("aws", "inside", settings)
    options = pulumi.ResourceOptions(provider=provider)
    Resource(
        "aws:budgets/budget:Budget",
        "all",
        options,
        budgetType="COST",
        timeUnit="MONTHLY",
        limitAmount=str(budget_usd),
        limitUnit="USD",
    )
    return options


def bare_namespace(
    name: str, labels: dict[str, str], opts: pulumi.ResourceOptions | None = None
) -> pulumi.Output[str]:
    """A namespace with nothing in it."""
    metadata = {"name": name, "labels": labels}
    made = Resource("kubernetes:core/v1:Namespace", name, opts, metadata=metadata)
    return made.output("metadata").apply(lambda known: str(known["name"]))


def deny(
    namespace: pulumi.Input[str], *ways: str, opts: pulumi.ResourceOptions | None = None
) -> None:
    """A network policy that denies every pod of a namespace the ways given."""
    Resource(
        "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        "deny",
        opts,
        metadata={"name": "deny", "namespace": namespace},
        spec={"podSelector": {}, "policyTypes": list(ways)},
    )


def closed_namespace(name: str) -> pulumi.Output[str]:
    """A namespace that is closed both ways, as the components make it."""
    made = bare_namespace(name, RESTRICTED)
    deny(made, "Ingress", "Egress")
    return made


def container(**fault: Any) -> dict[str, Any]:
    """A container in the restricted context that serves TLS."""
    return {
        "name": "main",
        "image": IMAGE,
        "ports": [{"name": "https", "containerPort": 8443}],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        **fault,
    }


def pod_spec(*containers: dict[str, Any], **fault: Any) -> dict[str, Any]:
    """A pod in the restricted context."""
    return {
        "containers": list(containers) or [container()],
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        **fault,
    }
