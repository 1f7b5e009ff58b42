"""AWS storage is encrypted, with a key of one's own wherever the service takes one."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.cloud_storage import STORAGE
from policies.judging import Declared, Demand, Finding, resource_rule, unmet

TYPES: Final[dict[str, tuple[Demand, ...]]] = STORAGE


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the encryption settings of one resource."""
    yield from unmet(resource.props, TYPES.get(resource.type, ()))


policy = resource_rule(
    __name__,
    description="AWS storage is encrypted at rest, with a key of the account's own.",
    severity=Severity.CRITICAL,
    remediation="turn encryption on and give a customer-managed KMS key of the same region.",
    judge=judge,
)
