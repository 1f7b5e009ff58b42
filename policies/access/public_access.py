"""Nothing of the platform answers the internet: what is public is refused by its own settings."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.tables import public_access

TYPES: Final[dict[str, tuple[Demand, ...]]] = public_access.PUBLIC_ACCESS
REFUSED: Final[dict[str, str]] = public_access.REFUSED


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the settings that open a resource to everybody."""
    if resource.type in REFUSED:
        yield Finding(path="type", given=REFUSED[resource.type], allowed="nothing public")
    yield from unmet(resource.props, TYPES.get(resource.type, ()))


policy = resource_rule(
    __name__,
    description="No AWS resource is open to the internet.",
    severity=Severity.CRITICAL,
    remediation="keep it inside the VPC; who is outside comes by the link or the edge.",
    judge=judge,
)
