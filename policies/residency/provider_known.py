"""Only providers that the boundary lists: of any other nobody has judged where it sends data."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.boundary import BOUNDARY
from policies.judging import Declared, Finding, resource_rule

TYPES: Final[dict[str, str]] = {}  # every type is judged, by its provider

_PREFIX: Final = "pulumi:providers:"


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges which provider a resource is, or belongs to."""
    kind, path = resource.type, "type"
    if not kind.startswith(_PREFIX):
        kind, path = resource.provider_type or "", "provider.type"
    name = kind.removeprefix(_PREFIX)
    if kind.startswith(_PREFIX) and name not in BOUNDARY.provider_names:
        yield Finding(
            path=path, given=kind, allowed="provider " + ", ".join(sorted(BOUNDARY.provider_names))
        )


policy = resource_rule(
    __name__,
    description="Only providers that the boundary lists may be used.",
    severity=Severity.CRITICAL,
    remediation="use a listed provider, or list this one in boundary.yaml with reason and source.",
    judge=judge,
)
