"""Names of hosts are asked and answered inside: a public resolver sees who talks to whom."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.tables import leaving

TYPES: Final[dict[str, tuple[Demand, ...]]] = leaving.NAMES


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges zones, resolvers and whom they forward to."""
    yield from unmet(resource.props, TYPES.get(resource.type, ()))


policy = resource_rule(
    __name__,
    description="Names are asked and answered inside.",
    severity=Severity.HIGH,
    remediation="use private zones, and resolvers with private addresses.",
    judge=judge,
)
