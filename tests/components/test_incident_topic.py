import json
from typing import Any

import pulumi
import pytest

from components.incident_topic import PUBLISHERS, IncidentTopic, IncidentTopicArgs
from components.tags import Tags
from tests.components.recording import Deploy, Engine
from tests.support.aws_outputs import ACCOUNT

KEY = "arn:aws:kms:me-central-1:111122223333:key/incidents"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
ARGS = IncidentTopicArgs(
    account=ACCOUNT,
    key_arn=KEY,
    tags=Tags(workload="platform", data_class="internal", profile="shared"),
)


def build(deploy: Deploy) -> Any:
    def program() -> pulumi.Output[Any]:
        made = IncidentTopic("incidents", ARGS)
        return pulumi.Output.all(made.topic_arn, made.queue_arn)

    return deploy(program)


def statements(engine: Engine, token: str) -> dict[str, Any]:
    (policy,) = engine.typed(token)
    return {entry["Sid"]: entry for entry in json.loads(policy.inputs["policy"])["Statement"]}


def test_topic_and_inbox_are_encrypted_with_the_given_key(engine: Engine, deploy: Deploy) -> None:
    build(deploy)

    for token in ("aws:sns/topic:Topic", "aws:sqs/queue:Queue"):
        (made,) = engine.typed(token)
        assert made.inputs["kmsMasterKeyId"] == KEY


def test_only_services_of_the_account_publish(engine: Engine, deploy: Deploy) -> None:
    topic_arn, _ = build(deploy)

    publish = statements(engine, TOPIC_POLICY)["FromServicesOfThisAccount"]
    assert publish["Principal"] == {"Service": list(PUBLISHERS)}
    assert publish["Action"] == ["sns:Publish"]
    assert publish["Resource"] == topic_arn
    assert publish["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


@pytest.mark.parametrize("token", [TOPIC_POLICY, QUEUE_POLICY])
def test_plain_text_is_refused(engine: Engine, deploy: Deploy, token: str) -> None:
    build(deploy)

    refused = statements(engine, token)["OnlyTls"]
    assert refused["Effect"] == "Deny"
    assert refused["Principal"] == "*"
    assert refused["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_inbox_takes_messages_of_the_topic_only(engine: Engine, deploy: Deploy) -> None:
    topic_arn, queue_arn = build(deploy)

    taken = statements(engine, QUEUE_POLICY)["FromTheTopic"]
    assert taken["Resource"] == queue_arn
    assert taken["Condition"] == {"ArnEquals": {"aws:SourceArn": topic_arn}}


def test_the_queue_is_the_only_subscriber(engine: Engine, deploy: Deploy) -> None:
    """Mail, messages and web hooks leave the country."""
    _, queue_arn = build(deploy)

    (subscription,) = engine.typed("aws:sns/topicSubscription:TopicSubscription")
    assert subscription.inputs["protocol"] == "sqs"
    assert subscription.inputs["endpoint"] == queue_arn
