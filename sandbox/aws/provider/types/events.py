"""Rules on events, and where what they match goes."""

from typing import Any

from sandbox.aws.provider.resource import Aws, Do, Facts, Resource
from sandbox.provider_service.errors import ProviderError


def _state(facts: Facts) -> Facts:
    """The older `isEnabled` says the same as `state`."""
    if facts.get("isEnabled") is not None and not facts.get("state"):
        facts["state"] = "ENABLED" if facts["isEnabled"] else "DISABLED"
    return facts


def _enabled(part: dict[str, Any], _facts: Facts) -> bool:
    return bool(part.get("State") != "DISABLED")


def _target(facts: Facts) -> dict[str, Any]:
    """A target that is kept in the rule's list."""
    named = {"Id": facts["targetId"], "Arn": facts["arn"]}
    for name, member in _TOLD.items():
        if facts.get(name) is not None:
            named[member] = facts[name]
    return named


def _put_target(aws: Aws, facts: Facts) -> dict[str, Any]:
    rule = {"Rule": facts["rule"], "EventBusName": facts["eventBusName"]}
    answer = aws("PutTargets", **rule, Targets=[_target(facts)])
    if answer.get("FailedEntryCount"):
        raise ProviderError(f"target {facts['targetId']!r} was refused: {answer}")
    return {}


_TOLD = {
    "input": "Input",
    "inputPath": "InputPath",
    "roleArn": "RoleArn",
}

TYPES = (
    Resource(
        "aws:cloudwatch/eventRule:EventRule",
        "events",
        create=Do("PutRule", send={"State": "{state}"}),
        id="{name}",
        key={"Name": "{id}", "EventBusName": "{eventBusName}"},
        read="DescribeRule",
        delete=Do("DeleteRule", send={"Force": "{forceDestroy}"}),
        update=Do("PutRule", send={"State": "{state}"}),
        rename={"arn": "Arn"},
        outputs={"isEnabled": _enabled},
        defaults={"eventBusName": "default", "state": "ENABLED", "isEnabled": True},
        replace=("eventBusName", "name"),
        ignore={
            "forceDestroy": "counts when the rule is deleted",
            "isEnabled": "is told as the state",
        },
        before=_state,
    ),
    Resource(
        "aws:cloudwatch/eventTarget:EventTarget",
        "events",
        create=_put_target,
        id="{eventBusName}/{rule}/{targetId}",
        read=Do(
            "ListTargetsByRule",
            at="Targets[?Id=='{targetId}'] | [0]",
            send={"Rule": "{rule}", "EventBusName": "{eventBusName}"},
        ),
        delete=Do(
            "RemoveTargets",
            send={"Rule": "{rule}", "EventBusName": "{eventBusName}", "Ids": ["{targetId}"]},
        ),
        update=_put_target,
        rename={"targetId": "Id"},
        defaults={"eventBusName": "default"},
        name="targetId",
        replace=("eventBusName", "rule", "targetId"),
        ignore={"forceDestroy": "counts when the target is deleted"},
        refuse=dict.fromkeys(
            (
                "appsyncTarget",
                "batchTarget",
                "deadLetterConfig",
                "ecsTarget",
                "httpTarget",
                "inputTransformer",
                "kinesisTarget",
                "redshiftTarget",
                "retryPolicy",
                "runCommandTargets",
                "sagemakerPipelineTarget",
                "sqsTarget",
            ),
            "of a target, its ARN, its role and its input are told",
        ),
    ),
)
