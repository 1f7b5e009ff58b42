"""Every namespace that is made or used denies all traffic, both ways, that no policy allows."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies import namespaces
from policies.judging import Declared, Finding, stack_rule
from policies.pods import objects, pod_specs

TYPES: Final = {
    "kubernetes:core/v1:Namespace": "metadata.name",
    "kubernetes:networking.k8s.io/v1:NetworkPolicy": "spec",
    "kubernetes:apps/v1:Deployment": "metadata.namespace",
}

_DEMAND: Final = (
    "a namespace of this stack with a NetworkPolicy that selects all pods, "
    "has policyTypes Ingress and Egress, and no rules"
)


def judge(resources: list[Declared]) -> Iterator[Finding]:
    """Judges each namespace that is made, then each one that a workload is placed in."""
    made = list(namespaces.declared(resources))
    urns = frozenset(resource.urn for resource, _, _ in made)
    denying = namespaces.denying(resources, urns)
    closed = [place for _, _, place in made if any(place.is_same_as(other) for other in denying)]
    for resource, path, place in made:
        if place not in closed:
            yield Finding(path=path, given=place.name, allowed=_DEMAND, urn=resource.urn)
    for resource in resources:
        if any(True for _ in pod_specs(resource)):
            for at, _, item in objects(resource):
                place = namespaces.of(resource, item, urns)
                if not any(place.is_same_as(other) for _, _, other in made):
                    path = f"{at}.metadata.namespace".removeprefix(".")
                    yield Finding(path=path, given=place.name, allowed=_DEMAND, urn=resource.urn)


policy = stack_rule(
    __name__,
    description="Namespaces deny all traffic in both directions unless a policy allows it.",
    severity=Severity.CRITICAL,
    remediation="make the namespace with components.Namespace, which brings its default deny.",
    judge=judge,
)
