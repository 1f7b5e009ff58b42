"""The record of calls and changes is whole, proves itself, and stays on."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.tables import keeping

TYPES: Final[dict[str, tuple[Demand, ...]]] = keeping.TRAILS


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges what records, and whether it does."""
    yield from unmet(resource.props, TYPES.get(resource.type, ()))


policy = resource_rule(
    __name__,
    description="Calls and changes are recorded, in all regions, and stay recorded.",
    severity=Severity.CRITICAL,
    remediation="keep the trail, the recorder and the detector on, with validation of files.",
    judge=judge,
)
