"""Logs and findings are not gathered in, or for, another region."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.tables import leaving

TYPES: Final[dict[str, tuple[Demand, ...]]] = leaving.GATHERS


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges where a resource gathers, and of which regions."""
    yield from unmet(resource.props, TYPES.get(resource.type, ()))


policy = resource_rule(
    __name__,
    description="Logs and findings are gathered in the region, of listed regions.",
    severity=Severity.HIGH,
    remediation="name the allowed regions, and gather in one of them.",
    judge=judge,
)
