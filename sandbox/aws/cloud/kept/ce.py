"""Cost Explorer: monitors of unexpected costs, and who is told. moto has neither."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sandbox.aws.cloud.call import Call, RefusedCallError
from sandbox.aws.cloud.keeping import Record, Service, Store

Operation = Callable[[Call, Store], Any]
_MISSING = {"Monitor": "UnknownMonitorException", "Subscription": "UnknownSubscriptionException"}


def _operations(noun: str) -> dict[str, Operation]:
    """Return the operations on `AnomalyMonitor` or `AnomalySubscription`."""
    kind, arn = f"Anomaly{noun}", f"{noun}Arn"

    def found(call: Call, store: Store) -> Record:
        for record in store.records(call, kind):
            if record[arn] == call.parameters[arn]:
                return record
        raise RefusedCallError(_MISSING[noun], f"There is no {call.parameters[arn]!r}.")

    def create(call: Call, store: Store) -> Any:
        made = f"arn:aws:ce::{call.settings.account}:{kind.lower()}/{uuid4()}"
        store.records(call, kind).append(
            {
                "AccountId": call.settings.account,
                "CreationDate": f"{datetime.now(UTC):%Y-%m-%d}",
                **call.parameters[kind],
                arn: made,
                "tags": list(call.parameters.get("ResourceTags", [])),
                "__key": made,
            }
        )
        return {arn: made}

    def describe(call: Call, store: Store) -> Any:
        wanted = call.parameters.get(f"{arn}List")
        records = store.records(call, kind)
        return {f"{kind}s": [r for r in records if wanted is None or r[arn] in wanted]}

    def update(call: Call, store: Store) -> Any:
        record = found(call, store)
        record.update(call.parameters)
        return {arn: record[arn]}

    def delete(call: Call, store: Store) -> Any:
        store.records(call, kind).remove(found(call, store))
        return {}

    return {
        f"Create{kind}": create,
        f"Get{kind}s": describe,
        f"Update{kind}": update,
        f"Delete{kind}": delete,
    }


def _tagged(call: Call, store: Store) -> Record:
    found = store.by_arn(call, call.parameters["ResourceArn"])
    if found is None:
        raise RefusedCallError("ResourceNotFoundException", "There is no such resource.")
    return found


def _tag(call: Call, store: Store) -> Any:
    record = _tagged(call, store)
    new = call.parameters["ResourceTags"]
    keys = {tag["Key"] for tag in new}
    record["tags"] = [*(tag for tag in record["tags"] if tag["Key"] not in keys), *new]
    return {}


def _untag(call: Call, store: Store) -> Any:
    record = _tagged(call, store)
    gone = call.parameters["ResourceTagKeys"]
    record["tags"] = [tag for tag in record["tags"] if tag["Key"] not in gone]
    return {}


def _list_tags(call: Call, store: Store) -> Any:
    return {"ResourceTags": _tagged(call, store)["tags"]}


SERVICE = Service(
    "ce",
    operations={
        **_operations("Monitor"),
        **_operations("Subscription"),
        "TagResource": _tag,
        "UntagResource": _untag,
        "ListTagsForResource": _list_tags,
    },
)
