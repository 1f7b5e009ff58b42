"""Alarms of CloudWatch, and the counts of log events that they watch."""

from typing import Any

from sandbox.aws.provider.resource import Do, Facts, Resource

_NEWER = "newer than this stand-in"


def _without_empty(facts: Facts) -> Facts:
    """Leave out what is not set: AWS takes no empty text."""
    return {name: value for name, value in facts.items() if value != ""}


def _whole_numbers(found: dict[str, Any]) -> dict[str, Any]:
    """Write a default value as it was declared: a text such as `0`, where AWS has a double."""
    for one in found.get("metricTransformations") or ():
        value = one.get("defaultValue")
        if isinstance(value, float) and value.is_integer():
            one["defaultValue"] = int(value)
    return found


TYPES = (
    Resource(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "cloudwatch",
        create="PutMetricAlarm",
        id="{name}",
        key={"AlarmNames": ["{id}"]},
        read=Do("DescribeAlarms", at="MetricAlarms[0]"),
        update="PutMetricAlarm",
        delete="DeleteAlarms",
        rename={
            "name": "AlarmName",
            "arn": "AlarmArn",
            "evaluateLowSampleCountPercentiles": "EvaluateLowSampleCountPercentile",
        },
        replace=("name",),
        defaults={"actionsEnabled": True, "treatMissingData": "missing"},
        refuse={
            "metricQueries": "alarms on an expression are not kept here",
            "evaluationCriteria": _NEWER,
            "evaluationInterval": _NEWER,
            "evaluationWindow": _NEWER,
            "warmUpConfiguration": _NEWER,
        },
        unfilled=("evaluateLowSampleCountPercentiles",),
        before=_without_empty,
    ),
    Resource(
        "aws:cloudwatch/logMetricFilter:LogMetricFilter",
        "logs",
        create="PutMetricFilter",
        id="{name}",
        key={"filterName": "{name}", "logGroupName": "{logGroupName}"},
        read=Do(
            "DescribeMetricFilters",
            at="metricFilters[?filterName=='{name}'] | [0]",
            send={"filterNamePrefix": "{name}"},
        ),
        update="PutMetricFilter",
        delete="DeleteMetricFilter",
        rename={
            "name": "filterName",
            "pattern": "filterPattern",
            "metricTransformation": "metricTransformations",
            "metricTransformation.name": "metricName",
            "metricTransformation.namespace": "metricNamespace",
            "metricTransformation.value": "metricValue",
        },
        replace=("name", "logGroupName"),
        after=_whole_numbers,
    ),
)
