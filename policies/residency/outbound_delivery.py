"""Services of AWS hand data only to hosts inside the boundary: not to SaaS, mail or phones."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.tables import leaving

TYPES: Final[dict[str, tuple[Demand, ...]]] = leaving.SENDS
REFUSED: Final[dict[str, str]] = leaving.REFUSED_SENDING


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges whom a resource delivers to."""
    if resource.type in REFUSED:
        yield Finding(path="type", given=REFUSED[resource.type], allowed="another type")
    yield from unmet(resource.props, TYPES.get(resource.type, ()))


policy = resource_rule(
    __name__,
    description="No service hands data to a host or an inbox outside.",
    severity=Severity.CRITICAL,
    remediation="send to a queue or a function, or list the host in boundary.yaml.",
    judge=judge,
)
