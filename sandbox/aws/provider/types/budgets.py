"""Budgets, with their notifications."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sandbox.aws.provider.resource import Aws, Facts, Resource

_TIME = "%Y-%m-%d_%H:%M"
_COST_TYPES = "costTypes"


def _arn(facts: Facts) -> str:
    return f"arn:aws:budgets::{facts['account']}:budget/{facts['name']}"


def _budget(facts: Facts) -> dict[str, Any]:
    """Return the inputs as the API wants them."""
    made: dict[str, Any] = {
        "BudgetName": facts["name"],
        "BudgetType": facts["budgetType"],
        "TimeUnit": facts["timeUnit"],
        "BudgetLimit": {"Amount": facts["limitAmount"], "Unit": facts["limitUnit"]},
        "CostFilters": {one["name"]: one["values"] for one in facts.get("costFilters") or ()},
    }
    if chosen := facts.get(_COST_TYPES):
        made["CostTypes"] = {name[0].upper() + name[1:]: value for name, value in chosen.items()}
    ends = {"Start": facts.get("timePeriodStart"), "End": facts.get("timePeriodEnd")}
    if given := {name: datetime.strptime(v, _TIME) for name, v in ends.items() if v}:  # noqa: DTZ007 - the API's times are UTC
        made["TimePeriod"] = given
    return made


def _notification(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "ComparisonOperator": given["comparisonOperator"],
        "NotificationType": given["notificationType"],
        "Threshold": float(given["threshold"]),
        "ThresholdType": given["thresholdType"],
    }


def _subscribers(given: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        *(
            {"SubscriptionType": "EMAIL", "Address": address}
            for address in given.get("subscriberEmailAddresses") or ()
        ),
        *(
            {"SubscriptionType": "SNS", "Address": arn}
            for arn in given.get("subscriberSnsTopicArns") or ()
        ),
    ]


def _create(aws: Aws, facts: Facts) -> Any:
    aws("CreateBudget", AccountId=facts["account"], Budget=_budget(facts))
    _notify(aws, facts, facts.get("notifications") or ())
    return {"arn": _arn(facts)}


def _notify(aws: Aws, facts: Facts, wanted: Any) -> None:
    for one in wanted:
        aws(
            "CreateNotification",
            AccountId=facts["account"],
            BudgetName=facts["name"],
            Notification=_notification(one),
            Subscribers=_subscribers(one),
        )


def _update(aws: Aws, facts: Facts) -> None:
    named = {"AccountId": facts["account"], "BudgetName": facts["name"]}
    if facts["changed"] - {"notifications"}:
        aws("UpdateBudget", AccountId=facts["account"], NewBudget=_budget(facts))
    if "notifications" in facts["changed"]:
        for one in facts["old"].get("notifications") or ():
            aws("DeleteNotification", **named, Notification=_notification(one))
        _notify(aws, facts, facts.get("notifications") or ())


def _read(aws: Aws, facts: Facts) -> Any:
    name = facts["id"].partition(":")[2]
    named = {"AccountId": facts["account"], "BudgetName": name}
    found = aws("DescribeBudget", **named)["Budget"]
    period = found.get("TimePeriod", {})
    return {
        "name": name,
        "accountId": facts["account"],
        "arn": _arn({**facts, "name": name}),
        "budgetType": found["BudgetType"],
        "costFilters": [
            {"name": filtered, "values": values}
            for filtered, values in found.get("CostFilters", {}).items()
        ],
        _COST_TYPES: found.get("CostTypes"),
        "limitAmount": found["BudgetLimit"]["Amount"],
        "limitUnit": found["BudgetLimit"]["Unit"],
        "notifications": [
            _told(one, aws("DescribeSubscribersForNotification", **named, Notification=one))
            for one in aws("DescribeNotificationsForBudget", **named)["Notifications"]
        ],
        "timePeriodEnd": f"{period['End']:{_TIME}}",
        "timePeriodStart": f"{period['Start']:{_TIME}}",
        "timeUnit": found["TimeUnit"],
    }


def _told(notification: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    def addresses(kind: str) -> list[str]:
        return [s["Address"] for s in answer["Subscribers"] if s["SubscriptionType"] == kind]

    return {
        "comparisonOperator": notification["ComparisonOperator"],
        "notificationType": notification["NotificationType"],
        "threshold": notification["Threshold"],
        "thresholdType": notification["ThresholdType"],
        "subscriberEmailAddresses": addresses("EMAIL"),
        "subscriberSnsTopicArns": addresses("SNS"),
    }


def _delete(aws: Aws, facts: Facts) -> None:
    aws(
        "DeleteBudget",
        AccountId=facts["account"],
        BudgetName=facts["id"].partition(":")[2],
    )


_ELSEWHERE = "the stand-in knows budgets of a fixed limit, filtered by cost filters"

TYPES = (
    Resource(
        "aws:budgets/budget:Budget",
        "budgets",
        create=_create,
        id="{account}:{name}",
        read=_read,
        update=_update,
        delete=_delete,
        replace=("accountId", "name"),
        refuse=dict.fromkeys(
            (
                "autoAdjustData",
                "billingViewArn",
                "filterExpression",
                "metrics",
                "plannedLimits",
            ),
            _ELSEWHERE,
        ),
    ),
)
