"""No resource that makes others out of sight: what the plan does not show, no rule can judge."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Finding, resource_rule

REFUSED: Final = {
    "kubernetes:helm.sh/v3:Release": "chart",
    "aws:cloudformation/stack:Stack": "templateBody",
    "aws:cloudformation/stackSet:StackSet": "templateBody",
    "aws:cloudcontrol/resource:Resource": "desiredState",
}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the type alone: no content makes it readable."""
    if resource.type in REFUSED:
        yield Finding(
            path=REFUSED[resource.type],
            given=resource.type,
            allowed="resources that the plan shows one by one",
        )


policy = resource_rule(
    __name__,
    description="No resource creates others that the plan does not show.",
    severity=Severity.HIGH,
    remediation="declare the resources themselves, so that each is judged.",
    judge=judge,
)
