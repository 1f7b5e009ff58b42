"""AWS Budgets, where moto stops: changes of a budget, who is told, and tags."""

from typing import Any

from moto.budgets.models import budgets_backends

from sandbox.aws.cloud.call import Call, RefusedCallError
from sandbox.aws.cloud.keeping import Record, Service, Store


def _budget(call: Call, name: str) -> Any:
    backend = budgets_backends[call.settings.account]["aws"]
    found = backend.budgets[call.parameters.get("AccountId", call.settings.account)].get(name)
    if found is None:
        raise RefusedCallError("NotFoundException", f"There is no budget {name!r}.")
    return found


def _update(call: Call, _store: Store) -> Any:
    new = call.parameters["NewBudget"]
    kept = _budget(call, new["BudgetName"])
    # moto keeps times as they come over the wire.
    period = {end: time.timestamp() for end, time in new.get("TimePeriod", {}).items()}
    kept.budget = {**kept.budget, **new, "TimePeriod": {**kept.budget["TimePeriod"], **period}}
    return {}


def _subscribers(call: Call, _store: Store) -> Any:
    wanted = call.parameters["Notification"]
    for notification in _budget(call, call.parameters["BudgetName"]).notifications:
        if all(notification.details.get(name) == value for name, value in wanted.items()):
            return {"Subscribers": notification.subscribers}
    raise RefusedCallError("NotFoundException", "There is no such notification.")


def _tags(call: Call, store: Store) -> Record:
    """Return the tags of the budget that a call names, to be changed."""
    arn = call.parameters["ResourceARN"]
    _budget(call, arn.rpartition("/")[2])
    records = store.records(call, "budget tags")
    for record in records:
        if record["arn"] == arn:
            return record
    records.append({"arn": arn, "__key": arn, "tags": {}})
    return records[-1]


def _tag(call: Call, store: Store) -> Any:
    given = {tag["Key"]: tag["Value"] for tag in call.parameters["ResourceTags"]}
    _tags(call, store)["tags"].update(given)
    return {}


def _untag(call: Call, store: Store) -> Any:
    kept = _tags(call, store)["tags"]
    for key in call.parameters["ResourceTagKeys"]:
        kept.pop(key, None)
    return {}


def _list_tags(call: Call, store: Store) -> Any:
    kept = _tags(call, store)["tags"]
    return {"ResourceTags": [{"Key": key, "Value": value} for key, value in kept.items()]}


SERVICE = Service(
    "budgets",
    operations={
        "UpdateBudget": _update,
        "DescribeSubscribersForNotification": _subscribers,
        "TagResource": _tag,
        "UntagResource": _untag,
        "ListTagsForResource": _list_tags,
    },
)
