"""AWS storage is encrypted, with a key of one's own wherever the service takes one."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.aws.asking import AT_REST, lacking
from policies.judging import Declared, Demand, Finding, resource_rule

TYPES: Final[dict[str, tuple[Demand, ...]]] = {
    token: tuple(ask.demand for ask in asks) for token, asks in AT_REST.items()
}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the encryption settings of one resource."""
    yield from lacking(resource.props, AT_REST.get(resource.type, ()))


policy = resource_rule(
    __name__,
    description="AWS storage is encrypted at rest, with a key of the account's own.",
    severity=Severity.CRITICAL,
    remediation="turn encryption on and give a customer-managed KMS key of the same region.",
    judge=judge,
)
