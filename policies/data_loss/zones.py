"""What holds data outlives the loss of one zone."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.tables import keeping

TYPES: Final[dict[str, tuple[Demand, ...]]] = keeping.ZONES


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges over how many zones something stands."""
    yield from unmet(resource.props, TYPES.get(resource.type, ()))


policy = resource_rule(
    __name__,
    description="What holds data goes on when a zone does not.",
    severity=Severity.HIGH,
    remediation="spread it over two zones or more.",
    judge=judge,
)
