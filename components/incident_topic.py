"""Where incidents are told: a topic, and a queue in the region as its inbox.

Nothing is sent by mail, message or web hook from here: each of those leaves the country or passes
through a network outside it. Who watches (a SIEM, an operator's own relay) reads the queue from
inside.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_aws import sns, sqs

from components.iam import document
from components.tags import Tags

PUBLISHERS: Final = (
    "backup.amazonaws.com",
    "budgets.amazonaws.com",
    "cloudwatch.amazonaws.com",
    "costalerts.amazonaws.com",
    "events.amazonaws.com",
)
"""The services of AWS that may tell an incident."""

KEPT_SECONDS: Final = 14 * 24 * 3600
"""How long an unread incident waits: the longest that a queue keeps anything."""


@dataclass(frozen=True, kw_only=True)
class IncidentTopicArgs:
    """Who may publish, and with which key."""

    account: str
    """Number of the account."""
    key_arn: pulumi.Input[str]
    """Key of both topic and queue; every publisher may use it."""
    tags: Tags
    """What the incidents are about."""


class IncidentTopic(pulumi.ComponentResource):
    """A topic for incidents, and the queue where they are read, both encrypted."""

    topic_arn: pulumi.Output[str]
    queue_url: pulumi.Output[str]
    queue_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: IncidentTopicArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make the topic and its inbox, and let the account's services publish."""
        super().__init__("mizan:components:IncidentTopic", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        topic = sns.Topic(
            f"{name}-topic",
            kms_master_key_id=args.key_arn,
            tags=args.tags.of(f"{name}-topic"),
            opts=child,
        )
        published = sns.TopicPolicy(
            f"{name}-publishers",
            arn=topic.arn,
            policy=document(
                _from_services(PUBLISHERS, args.account, ["sns:Publish"], topic.arn),
                _only_tls(["sns:Publish", "sns:Subscribe"], topic.arn),
            ),
            opts=child,
        )
        queue = sqs.Queue(
            f"{name}-inbox",
            kms_master_key_id=args.key_arn,
            message_retention_seconds=KEPT_SECONDS,
            tags=args.tags.of(f"{name}-inbox"),
            opts=child,
        )
        filled = sqs.QueuePolicy(
            f"{name}-inbox",
            queue_url=queue.url,
            policy=document(
                {
                    "Sid": "FromTheTopic",
                    "Effect": "Allow",
                    "Principal": {"Service": "sns.amazonaws.com"},
                    "Action": ["sqs:SendMessage"],
                    "Resource": queue.arn,
                    "Condition": {"ArnEquals": {"aws:SourceArn": topic.arn}},
                },
                _only_tls(["sqs:*"], queue.arn),
            ),
            opts=child,
        )
        subscription = sns.TopicSubscription(
            f"{name}-inbox",
            topic=topic.arn,
            protocol="sqs",
            endpoint=queue.arn,
            raw_message_delivery=True,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[filled, published]),
        )
        # A topic that nobody reads yet would lose what is told: it is given away with its inbox.
        self.topic_arn = pulumi.Output.all(topic.arn, subscription.arn).apply(lambda arns: arns[0])
        self.queue_url = queue.url
        self.queue_arn = queue.arn
        self.register_outputs(
            {
                "topic_arn": self.topic_arn,
                "queue_url": self.queue_url,
                "queue_arn": self.queue_arn,
            }
        )


def _from_services(
    services: Sequence[str], account: str, actions: Sequence[str], resource: pulumi.Input[str]
) -> dict[str, Any]:
    return {
        "Sid": "FromServicesOfThisAccount",
        "Effect": "Allow",
        "Principal": {"Service": list(services)},
        "Action": list(actions),
        "Resource": resource,
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }


def _only_tls(actions: Sequence[str], resource: pulumi.Input[str]) -> dict[str, Any]:
    return {
        "Sid": "OnlyTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": list(actions),
        "Resource": resource,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
