"""No AWS service listens or sends in plain text, or by a version of TLS before 1.2."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.aws.asking import IN_TRANSIT, lacking
from policies.judging import Declared, Demand, Finding, resource_rule

TYPES: Final[dict[str, tuple[Demand, ...]]] = {
    token: tuple(ask.demand for ask in asks) for token, asks in IN_TRANSIT.items()
}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the protocol settings of one resource."""
    yield from lacking(resource.props, IN_TRANSIT.get(resource.type, ()))


policy = resource_rule(
    __name__,
    description="AWS services take and send over encrypted connections only, by TLS 1.2 or newer.",
    severity=Severity.HIGH,
    remediation="use HTTPS or TLS 1.2 and newer, and turn encryption in transit on.",
    judge=judge,
)
