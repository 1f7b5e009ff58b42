"""Only providers that the boundary lists: of any other nobody has judged where it sends data."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.boundary import BOUNDARY
from policies.judging import Declared, Finding, resource_rule
from policies.reading import MISSING, field

# Every type is judged besides, by its provider.
TYPES: Final = {"pulumi:providers:kubernetes": "renderYamlToDirectory"}

_RENDERED: Final = "renderYamlToDirectory"
"""A provider with it writes files, and where these are applied no plan shows."""

_PREFIX: Final = "pulumi:providers:"


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges which provider a resource is, or belongs to, and whether it applies what it gets."""
    kind, path = resource.type, "type"
    if not kind.startswith(_PREFIX):
        kind, path = resource.provider_type or "", "provider.type"
    name = kind.removeprefix(_PREFIX)
    if kind.startswith(_PREFIX) and name not in BOUNDARY.provider_names:
        yield Finding(
            path=path, given=kind, allowed="provider " + ", ".join(sorted(BOUNDARY.provider_names))
        )
    rendered = field(resource.props, _RENDERED)
    if resource.type in TYPES and rendered not in (MISSING, ""):
        yield Finding(path=_RENDERED, given=rendered, allowed="none: the provider applies them")


policy = resource_rule(
    __name__,
    description="Only providers that the boundary lists are used, and they apply what is declared.",
    severity=Severity.CRITICAL,
    remediation="use a listed provider, or list this one in boundary.yaml with reason and source.",
    judge=judge,
)
