"""Services write down who asked them for what."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.tables import keeping

TYPES: Final[dict[str, tuple[Demand, ...]]] = keeping.SERVICE_LOGS


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the logs of one service."""
    yield from unmet(resource.props, TYPES.get(resource.type, ()))


policy = resource_rule(
    __name__,
    description="Services write down what they are asked.",
    severity=Severity.HIGH,
    remediation="turn the logs of the service on, the audit log first.",
    judge=judge,
)
