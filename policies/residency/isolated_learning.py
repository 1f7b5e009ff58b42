"""Machine learning of AWS runs in the VPC, cut off from the internet."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.tables import learning

TYPES: Final[dict[str, tuple[Demand, ...]]] = learning.LEARNING


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the network of a job, a model or a workbench."""
    yield from unmet(resource.props, TYPES.get(resource.type, ()))


policy = resource_rule(
    __name__,
    description="Training and serving in AWS run inside the VPC, without the internet.",
    severity=Severity.HIGH,
    remediation="give the VPC, and set enableNetworkIsolation or VpcOnly.",
    judge=judge,
)
