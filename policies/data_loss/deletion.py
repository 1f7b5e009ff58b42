"""What holds data, or guards it, does not end by one mistaken call."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.tables import keeping

TYPES: Final[dict[str, tuple[Demand, ...]]] = keeping.ENDS


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges what a deletion would meet."""
    yield from unmet(resource.props, TYPES.get(resource.type, ()))


policy = resource_rule(
    __name__,
    description="What holds data does not end by a mistake.",
    severity=Severity.HIGH,
    remediation="turn deletion protection on, and let nothing be emptied by force.",
    judge=judge,
)
