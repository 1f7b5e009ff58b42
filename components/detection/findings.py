"""Which findings of AWS's services reach the incident topic, as a table of event patterns."""

import json
from collections.abc import Mapping
from typing import Any, Final

import pulumi
from pulumi_aws import cloudwatch

from components.tags import Tags

_SERIOUS: Final = ["HIGH", "CRITICAL"]

EVENTS: Final[dict[str, tuple[str, Mapping[str, Any]]]] = {
    "access": (
        "Somebody outside the account can reach a resource.",
        {
            "source": ["aws.access-analyzer"],
            "detail-type": ["Access Analyzer Finding"],
            "detail": {"status": ["ACTIVE"]},
        },
    ),
    "compliance": (
        "A resource breaks a rule of AWS Config.",
        {
            "source": ["aws.config"],
            "detail-type": ["Config Rules Compliance Change"],
            "detail": {"newEvaluationResult": {"complianceType": ["NON_COMPLIANT"]}},
        },
    ),
    "outage": (
        "AWS reports trouble with a service that the account uses.",
        {
            "source": ["aws.health"],
            "detail-type": ["AWS Health Event"],
            "detail": {"eventTypeCategory": ["issue"]},
        },
    ),
    "posture": (
        "A control of Security Hub failed, high or critical.",
        {
            "source": ["aws.securityhub"],
            "detail-type": ["Security Hub Findings - Imported"],
            "detail": {
                "findings": {
                    # What it takes over from other services has a rule of its own here.
                    "ProductName": ["Security Hub"],
                    "RecordState": ["ACTIVE"],
                    "Severity": {"Label": _SERIOUS},
                    "Workflow": {"Status": ["NEW"]},
                }
            },
        },
    ),
    "threat": (
        "GuardDuty saw a threat of severity 7 or more, of 10.",
        {
            "source": ["aws.guardduty"],
            "detail-type": ["GuardDuty Finding"],
            "detail": {"severity": [{"numeric": [">=", 7]}]},
        },
    ),
    "vulnerability": (
        "Inspector found a weakness in an image or instance, high or critical.",
        {
            "source": ["aws.inspector2"],
            "detail-type": ["Inspector2 Finding"],
            "detail": {"severity": _SERIOUS, "status": ["ACTIVE"]},
        },
    ),
}
"""By name: what happened, and the events that say so."""


def tell_findings(
    name: str, *, topic_arn: pulumi.Input[str], tags: Tags, parent: pulumi.Resource
) -> None:
    """Sends each of the events to the topic."""
    child = pulumi.ResourceOptions(parent=parent)
    for event, (description, pattern) in EVENTS.items():
        rule = cloudwatch.EventRule(
            f"{name}-{event}",
            description=description,
            event_pattern=json.dumps(pattern),
            tags=tags.of(f"{name}-{event}"),
            opts=child,
        )
        cloudwatch.EventTarget(f"{name}-{event}", rule=rule.name, arn=topic_arn, opts=child)
