"""Topics, their policies and who is subscribed. Their attributes are texts in a map."""

import re
from typing import Any

from sandbox.aws.provider.resource import Aws, Do, Facts, Resource
from sandbox.aws.provider.schema import schema_of

_TOPIC = "aws:sns/topic:Topic"
_SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
_NAMES = {
    _TOPIC: {"name", "namePrefix", "tags", "region"},
    _SUBSCRIPTION: {
        "topic",
        "protocol",
        "endpoint",
        "region",
        "confirmationTimeoutInMinutes",
        "endpointAutoConfirms",
    },
}


def _attribute(name: str) -> str:
    """`sqsFailureFeedbackRoleArn` is `SQSFailureFeedbackRoleArn`; else only the first letter."""
    if re.match(r"(sqs|http)[A-Z]", name):
        head = re.match(r"[a-z]+", name)
        return name[: head.end()].upper() + name[head.end() :] if head else name
    return name[0].upper() + name[1:]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _attributes(token: str, facts: Facts) -> dict[str, str]:
    given = set(schema_of(token).inputs) - _NAMES[token]
    return {
        _attribute(name): _text(facts[name])
        for name in sorted(given)
        if facts.get(name) not in (None, False)
    }


def _create_topic(aws: Aws, facts: Facts) -> Any:
    tags = [{"Key": key, "Value": value} for key, value in (facts.get("tags") or {}).items()]
    return aws("CreateTopic", Name=facts["name"], Attributes=_attributes(_TOPIC, facts), Tags=tags)


def _update_topic(aws: Aws, facts: Facts) -> None:
    for name in sorted(facts["changed"]):
        aws(
            "SetTopicAttributes",
            TopicArn=facts["id"],
            AttributeName=_attribute(name),
            AttributeValue=_text(facts.get(name)),
        )


def _subscribe(aws: Aws, facts: Facts) -> Any:
    return aws(
        "Subscribe",
        TopicArn=facts["topic"],
        Protocol=facts["protocol"],
        Endpoint=facts["endpoint"],
        Attributes=_attributes(_SUBSCRIPTION, facts),
        ReturnSubscriptionArn=True,
    )


def _update_subscription(aws: Aws, facts: Facts) -> None:
    for name in sorted(facts["changed"]):
        aws(
            "SetSubscriptionAttributes",
            SubscriptionArn=facts["id"],
            AttributeName=_attribute(name),
            AttributeValue=_text(facts.get(name)),
        )


_PUT_POLICY = Do(
    "SetTopicAttributes",
    send={"TopicArn": "{arn}", "AttributeName": "Policy", "AttributeValue": "{policy}"},
    only=(),
)
# What a topic has as long as nobody gives it a policy.
_NO_POLICY = (
    '{"Version": "2008-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, '
    '"Action": "SNS:Publish", "Resource": "%s", '
    '"Condition": {"StringEquals": {"AWS:SourceOwner": "%s"}}}]}'
)


def _drop_policy(aws: Aws, facts: Facts) -> None:
    aws(
        "SetTopicAttributes",
        TopicArn=facts["id"],
        AttributeName="Policy",
        AttributeValue=_NO_POLICY % (facts["id"], facts["account"]),
    )


TYPES = (
    Resource(
        _TOPIC,
        "sns",
        create=_create_topic,
        id="TopicArn",
        key={"TopicArn": "{id}"},
        read=Do("GetTopicAttributes", at="Attributes"),
        update=_update_topic,
        delete="DeleteTopic",
        outputs={"name": lambda topic, _: topic["TopicArn"].rpartition(":")[2]},
        replace=("name", "fifoTopic"),
        defaults={"fifoTopic": False, "contentBasedDeduplication": False},
        unfilled=(
            "beginningArchiveTime",
            "signatureVersion",
            "tracingConfig",
            "fifoThroughputScope",
        ),
    ),
    Resource(
        "aws:sns/topicPolicy:TopicPolicy",
        "sns",
        create=_PUT_POLICY,
        id="{arn}",
        key={"TopicArn": "{id}"},
        read=Do("GetTopicAttributes", at="Attributes"),
        update=_PUT_POLICY,
        delete=_drop_policy,
        rename={"arn": "TopicArn"},
        replace=("arn",),
    ),
    Resource(
        _SUBSCRIPTION,
        "sns",
        create=_subscribe,
        id="SubscriptionArn",
        key={"SubscriptionArn": "{id}"},
        read=Do("GetSubscriptionAttributes", at="Attributes"),
        update=_update_subscription,
        delete="Unsubscribe",
        rename={"topic": "TopicArn", "arn": "SubscriptionArn", "ownerId": "Owner"},
        replace=("topic", "protocol", "endpoint"),
        defaults={
            "confirmationTimeoutInMinutes": 1,
            "confirmationWasAuthenticated": False,
            "endpointAutoConfirms": False,
            "pendingConfirmation": False,
        },
        ignore={
            "confirmationTimeoutInMinutes": "a queue of the account needs no confirmation",
            "endpointAutoConfirms": "a queue of the account needs no confirmation",
        },
        unfilled=("filterPolicyScope",),
    ),
)
