"""No network has a way to the internet: what leaves goes by the link, past the firewall."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.reading import field
from policies.tables import internet

TYPES: Final[dict[str, tuple[Demand, ...]]] = internet.EXITS
REFUSED: Final[dict[str, str]] = internet.REFUSED


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges gateways, routes, and where a security group lets traffic go."""
    if resource.type in REFUSED:
        yield Finding(path="type", given=REFUSED[resource.type], allowed="the link of the network")
    if field(resource.props, "type") == "ingress":
        return  # who may come in is judged by access-open-ingress
    yield from unmet(resource.props, TYPES.get(resource.type, ()))


policy = resource_rule(
    __name__,
    description="No network has a way to the internet of its own.",
    severity=Severity.CRITICAL,
    remediation="leave by the link to the organisation, behind the firewall with its list.",
    judge=judge,
)
