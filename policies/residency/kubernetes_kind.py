"""Every kind of Kubernetes object is classified: what nobody has judged is not deployed."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Finding, resource_rule
from policies.kinds import KINDS
from policies.pods import PREFIX, manifests
from policies.reading import MISSING, Tree, field

TYPES: Final = {"kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition": "spec.group"}
REFUSED: Final = {"kubernetes:core/v1:Node": "type"}

_DEFINITION: Final = "apiextensions.k8s.io/CustomResourceDefinition"
_KNOWN: Final = "a kind that policies/kubernetes_kinds.yaml lists and does not refuse"


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the kind of each object, and the kinds that definitions bring along."""
    for place, kind, item in manifests(resource):
        at = f"{place}.kind" if place else "type"
        yield from _unless_known(kind, at)
        if kind == _DEFINITION:
            spec = field(item, "spec")
            defined = f"{field(spec, 'group')}/{field(field(spec, 'names'), 'kind')}"
            yield from _unless_known(defined, f"{place}.spec.names.kind".lstrip("."))
        if not place and resource.type.startswith(PREFIX) and not _is_what_it_says(item, kind):
            yield Finding(path="kind", given=field(item, "kind"), allowed=f"the type, {kind}")


def _unless_known(kind: str, path: str) -> Iterator[Finding]:
    known = KINDS.get(kind)
    if known is None or known.verdict == "refused":
        yield Finding(path=path, given=kind, allowed=known.why if known else _KNOWN)


def _is_what_it_says(item: Tree, kind: str) -> bool:
    """Tells whether an object is of the kind of its type, by which it was judged."""
    group, _, name = kind.partition("/")
    told, version = field(item, "kind"), field(item, "apiVersion")
    same_group = version is MISSING or (
        isinstance(version, str) and (version.rpartition("/")[0] or "core") == group
    )
    return told in (MISSING, name) and same_group


policy = resource_rule(
    __name__,
    description="Kubernetes objects are of kinds that were reviewed.",
    severity=Severity.CRITICAL,
    remediation="use a listed kind, or list this one in kubernetes_kinds.yaml with what it does.",
    judge=judge,
)
