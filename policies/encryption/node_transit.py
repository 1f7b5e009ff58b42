"""What travels between two nodes is encrypted by their network cards: of such families only."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Finding, resource_rule
from policies.node_families import plain
from policies.pods import manifests
from policies.reading import find

TYPES: Final = {
    "kubernetes:karpenter.sh/v1:NodeClaim": "spec.requirements",
    "kubernetes:karpenter.sh/v1:NodePool": "spec.template.spec.requirements",
}
_BY_KIND: Final = {
    "karpenter.sh/NodeClaim": "spec.requirements",
    "karpenter.sh/NodePool": "spec.template.spec.requirements",
}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the machines that Karpenter may start."""
    for place, kind, item in manifests(resource):
        if kind in _BY_KIND:
            for path, requirements in find(item, _BY_KIND[kind], place):
                yield from plain(requirements, path)


policy = resource_rule(
    __name__,
    description="Nodes are machines that encrypt what travels between them.",
    severity=Severity.HIGH,
    remediation="name instance types or families that encrypt, as the model's regions.yaml does.",
    judge=judge,
)
