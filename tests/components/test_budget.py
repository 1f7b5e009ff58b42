import json
from typing import Any

import pytest

from components.budget import Budget, BudgetArgs
from components.tags import Tags
from tests.components.recording import Deploy, Engine

TOPIC = "arn:aws:sns:me-central-1:111122223333:costs"


def build(deploy: Deploy, **fields: Any) -> Any:
    given: dict[str, Any] = {
        "environment": "somewhere",
        "monthly_usd": 210,
        "contact": "owner@example.ae",
        "topic_arn": TOPIC,
        "tags": Tags(workload="platform", data_class="none", profile="shared"),
    }
    return deploy(lambda: Budget("budget", BudgetArgs(**{**given, **fields})).budget_name)


def test_the_limit_holds_for_one_environment(engine: Engine, deploy: Deploy) -> None:
    assert build(deploy)
    (budget,) = engine.typed("aws:budgets/budget:Budget")
    assert (budget.inputs["limitAmount"], budget.inputs["limitUnit"]) == ("210", "USD")
    assert budget.inputs["costFilters"] == [
        {"name": "TagKeyValue", "values": ["user:environment$somewhere"]}
    ]


def test_the_contact_and_the_topic_hear_before_and_when_it_is_passed(
    engine: Engine, deploy: Deploy
) -> None:
    build(deploy)
    (budget,) = engine.typed("aws:budgets/budget:Budget")
    alerts = budget.inputs["notifications"]
    assert {(alert["notificationType"], alert["threshold"]) for alert in alerts} == {
        ("ACTUAL", 80),
        ("ACTUAL", 100),
        ("FORECASTED", 100),
    }
    for alert in alerts:
        assert alert["subscriberEmailAddresses"] == ["owner@example.ae"]
        assert alert["subscriberSnsTopicArns"] == [TOPIC]


@pytest.mark.parametrize(("limit", "least"), [(210, "21"), (5, "1"), (90000, "9000")])
def test_a_cost_out_of_the_ordinary_is_told_at_once(
    limit: int, least: str, engine: Engine, deploy: Deploy
) -> None:
    build(deploy, monthly_usd=limit)
    (monitor,) = engine.typed("aws:costexplorer/anomalyMonitor:AnomalyMonitor")
    watched = json.loads(monitor.inputs["monitorSpecification"])["Tags"]
    assert (watched["Key"], watched["Values"]) == ("user:environment", ["somewhere"])
    (alert,) = engine.typed("aws:costexplorer/anomalySubscription:AnomalySubscription")
    assert alert.inputs["frequency"] == "IMMEDIATE"
    assert alert.inputs["subscribers"] == [{"type": "SNS", "address": TOPIC}]
    assert alert.inputs["thresholdExpression"]["dimension"]["values"] == [least]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"monthly_usd": 0}, "monthly_usd is 0: give at least 1"),
        ({"contact": "nobody"}, "contact is 'nobody': give one e-mail address"),
        ({"contact": "a@b.ae,c@d.ae"}, "give one e-mail address"),
    ],
)
def test_a_budget_that_alerts_nobody_is_refused(
    fields: dict[str, Any], message: str, deploy: Deploy
) -> None:
    with pytest.raises(ValueError, match=message):
        build(deploy, **fields)
