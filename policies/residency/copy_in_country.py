"""Stores do not span regions: no global cluster, no copy that another region keeps."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.tables import leaving

TYPES: Final[dict[str, tuple[Demand, ...]]] = leaving.COPIES


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges what joins a store to another region."""
    yield from unmet(resource.props, TYPES.get(resource.type, ()))


policy = resource_rule(
    __name__,
    description="No store has a copy or a member in another region.",
    severity=Severity.CRITICAL,
    remediation="keep copies in the region, or at a second site inside the country.",
    judge=judge,
)
