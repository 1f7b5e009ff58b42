"""No ARN of a foreign region, at any depth, JSON documents in strings included."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.denying import denials
from policies.judging import Declared, Finding, resource_rule
from policies.locations import ALLOWED_REGIONS, foreign_arns

TYPES: Final = {
    "aws:backup/plan:Plan": "rules[].copyActions[].destinationVaultArn",
    "aws:iam/policy:Policy": "policy",
    "kubernetes:core/v1:ConfigMap": "data, and binaryData decoded",
    "kubernetes:core/v1:Secret": "data, decoded",
}

_DEMAND: Final = f"an ARN of {ALLOWED_REGIONS}, or of no region"


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges every string of a resource, of whatever type, but for what it refuses."""
    refused = denials(resource)
    for path, value in resource.texts:
        if path.startswith(refused):
            continue
        for arn in foreign_arns(value):
            yield Finding(path=path, given=arn, allowed=_DEMAND)


policy = resource_rule(
    __name__,
    description="No resource refers to an ARN in a region that is not allowed.",
    severity=Severity.CRITICAL,
    remediation="refer to a resource in an allowed region; name the region instead of a wildcard.",
    judge=judge,
)
