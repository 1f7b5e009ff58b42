"""How the controller hears that a node is about to end: a queue that the cloud's events reach."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws.cloudwatch import EventRule, EventTarget
from pulumi_aws.sqs import Queue, QueuePolicy

from components import iam
from components.tags import Tags

EVENTS: Mapping[str, Mapping[str, list[str]]] = {
    "spot-interruption": {
        "source": ["aws.ec2"],
        "detail-type": ["EC2 Spot Instance Interruption Warning"],
    },
    "rebalance": {
        "source": ["aws.ec2"],
        "detail-type": ["EC2 Instance Rebalance Recommendation"],
    },
    "state-change": {
        "source": ["aws.ec2"],
        "detail-type": ["EC2 Instance State-change Notification"],
    },
    "health": {"source": ["aws.health"], "detail-type": ["AWS Health Event"]},
}
KEPT_SECONDS = 300
"""A warning older than this is about a node that is gone."""


@dataclass(frozen=True, kw_only=True)
class Interruption:
    """The queue, by what others need of it."""

    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    key_arn: pulumi.Input[str]


def build(
    name: str, *, key_arn: pulumi.Input[str], tags: Tags, opts: pulumi.ResourceOptions
) -> Interruption:
    """A queue under the key, which the rules for these events, and nobody else, may fill.

    Args:
        name: Name of the component that it belongs to.
        key_arn: Key of the messages; its policy lets `events.amazonaws.com` use it.
        tags: What it is for.
        opts: Options of each resource.
    """
    queue = Queue(
        f"{name}-interruption",
        kms_master_key_id=key_arn,
        message_retention_seconds=KEPT_SECONDS,
        tags=tags.of(f"{name}-interruption"),
        opts=opts,
    )
    rules = {
        event: EventRule(
            f"{name}-{event}",
            description="Tells the controller of elastic nodes that a node may end",
            event_pattern=json.dumps(pattern, sort_keys=True),
            tags=tags.of(f"{name}-{event}"),
            opts=opts,
        )
        for event, pattern in EVENTS.items()
    }
    QueuePolicy(
        f"{name}-interruption-policy",
        queue_url=queue.url,
        policy=_policy(queue.arn, [rule.arn for rule in rules.values()]),
        opts=opts,
    )
    for event, rule in rules.items():
        EventTarget(f"{name}-{event}-target", rule=rule.name, arn=queue.arn, opts=opts)
    return Interruption(name=queue.name, arn=queue.arn, key_arn=key_arn)


def _policy(
    queue_arn: pulumi.Input[str], rule_arns: list[pulumi.Output[str]]
) -> pulumi.Output[str]:
    statements: list[dict[str, Any]] = [
        iam.allow(
            ["sqs:SendMessage"],
            [queue_arn],
            Principal={"Service": "events.amazonaws.com"},
            Condition={"ArnEquals": {"aws:SourceArn": rule_arns}},
        ),
        iam.deny(
            ["sqs:*"],
            [queue_arn],
            Principal="*",
            Condition={"Bool": {"aws:SecureTransport": "false"}},
        ),
    ]
    return iam.document(*statements)
