"""Cost Explorer: monitors of unexpected costs, and who is told."""

import json
from typing import Any

from sandbox.aws.provider.resource import Do, Resource

_ALTERNATIVES = ("And", "CostCategories", "Dimensions", "Not", "Or", "Tags")


def _with_nulls(live: dict[str, Any]) -> dict[str, Any]:
    """Write the expression as the official provider gives it back: nothing left out."""
    expression = live.get("MonitorSpecification")
    if not expression:
        return live
    whole = {**dict.fromkeys(_ALTERNATIVES), **expression}
    for name in ("CostCategories", "Dimensions", "Tags"):
        if whole[name]:
            whole[name] = {"MatchOptions": None, **whole[name]}
    return {**live, "MonitorSpecification": json.dumps(whole)}


TYPES = (
    Resource(
        "aws:costexplorer/anomalyMonitor:AnomalyMonitor",
        "ce",
        create=Do("CreateAnomalyMonitor", into="AnomalyMonitor"),
        id="MonitorArn",
        key={"MonitorArn": "{id}"},
        read=Do("GetAnomalyMonitors", at="AnomalyMonitors[0]", send={"MonitorArnList": ["{id}"]}),
        update=Do("UpdateAnomalyMonitor", only=("name",)),
        delete="DeleteAnomalyMonitor",
        after=_with_nulls,
        rename={"arn": "MonitorArn", "name": "MonitorName"},
        replace=("monitorDimension", "monitorSpecification", "monitorType"),
        gone="UnknownMonitorException",
    ),
    Resource(
        "aws:costexplorer/anomalySubscription:AnomalySubscription",
        "ce",
        create=Do("CreateAnomalySubscription", into="AnomalySubscription"),
        id="SubscriptionArn",
        key={"SubscriptionArn": "{id}"},
        read=Do(
            "GetAnomalySubscriptions",
            at="AnomalySubscriptions[0]",
            send={"SubscriptionArnList": ["{id}"]},
        ),
        update="UpdateAnomalySubscription",
        delete="DeleteAnomalySubscription",
        rename={"arn": "SubscriptionArn", "name": "SubscriptionName"},
        replace=("accountId", "name"),
        gone="UnknownSubscriptionException",
    ),
)
