"""Logs and copies are kept as long as somebody may need them, and not for ever."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.tables import keeping

TYPES: Final[dict[str, tuple[Demand, ...]]] = keeping.PERIODS


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges how long something is kept."""
    yield from unmet(resource.props, TYPES.get(resource.type, ()))


policy = resource_rule(
    __name__,
    description="Logs and copies are kept for a stated while, long enough to be of use.",
    severity=Severity.HIGH,
    remediation="state the days: 30 for logs, 7 for snapshots, 35 in a vault.",
    judge=judge,
)
