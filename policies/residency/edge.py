"""Nothing is served from an edge location: the nearest one to a reader may be in any country."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.tables import leaving

TYPES: Final[dict[str, tuple[Demand, ...]]] = leaving.EDGE


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges whether a resource is regional."""
    yield from unmet(resource.props, TYPES.get(resource.type, ()))


policy = resource_rule(
    __name__,
    description="Nothing is served from the edge network of AWS.",
    severity=Severity.CRITICAL,
    remediation="use the regional or private endpoint; a private link for who is outside.",
    judge=judge,
)
