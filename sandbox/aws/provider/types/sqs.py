"""Queues and who may use them."""

from typing import Any

from sandbox.aws.provider.resource import Aws, Facts, Resource

ATTRIBUTES = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deduplicationScope": "DeduplicationScope",
    "delaySeconds": "DelaySeconds",
    "fifoQueue": "FifoQueue",
    "fifoThroughputLimit": "FifoThroughputLimit",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "policy": "Policy",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "redrivePolicy": "RedrivePolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) else str(value)


def _attributes(facts: Facts, names: set[str]) -> dict[str, str]:
    return {
        ATTRIBUTES[name]: "" if facts.get(name) is None else _text(facts[name])
        for name in sorted(names)
        if name in ATTRIBUTES
    }


def _create(aws: Aws, facts: Facts) -> dict[str, Any]:
    given = {name for name in ATTRIBUTES if facts.get(name) is not None}
    made = aws("CreateQueue", QueueName=facts["name"], Attributes=_attributes(facts, given))
    return {"url": made["QueueUrl"]}


def _read(aws: Aws, facts: Facts) -> dict[str, Any]:
    told = aws("GetQueueAttributes", QueueUrl=facts["id"], AttributeNames=["All"])["Attributes"]
    found = {name: told[member] for name, member in ATTRIBUTES.items() if told.get(member)}
    return {
        **found,
        "arn": told["QueueArn"],
        "name": told["QueueArn"].rpartition(":")[2],
        "url": facts["id"],
    }


def _update(aws: Aws, facts: Facts) -> None:
    changed = _attributes(facts, set(facts["changed"]))
    if changed:
        aws("SetQueueAttributes", QueueUrl=facts["id"], Attributes=changed)


def _set_policy(aws: Aws, facts: Facts) -> dict[str, Any]:
    url = facts["queueUrl"]
    aws("SetQueueAttributes", QueueUrl=url, Attributes={"Policy": facts["policy"]})
    return {"queueUrl": url}


def _policy(aws: Aws, facts: Facts) -> dict[str, Any] | None:
    url = facts["id"]
    told = aws("GetQueueAttributes", QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return {"policy": told["Policy"], "queueUrl": url} if told.get("Policy") else None


def _no_policy(aws: Aws, facts: Facts) -> None:
    aws("SetQueueAttributes", QueueUrl=facts["id"], Attributes={"Policy": ""})


TYPES = (
    Resource(
        "aws:sqs/queue:Queue",
        "sqs",
        create=_create,
        id="url",
        key={"QueueUrl": "{id}"},
        read=_read,
        delete="DeleteQueue",
        update=_update,
        replace=("fifoQueue", "name"),
        gone="AWS.SimpleQueueService.NonExistentQueue",
    ),
    Resource(
        "aws:sqs/queuePolicy:QueuePolicy",
        "sqs",
        create=_set_policy,
        id="queueUrl",
        read=_policy,
        delete=_no_policy,
        update=_set_policy,
        replace=("queueUrl",),
        gone="AWS.SimpleQueueService.NonExistentQueue",
        name=None,
    ),
)
