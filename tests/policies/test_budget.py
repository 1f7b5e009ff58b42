"""The budget rule says the figure and the limit, and misses no plan that costs something."""

from typing import Any

import pytest

from policies.cost.monthly_budget import policy
from tests.support.policy_fixtures import Case, violations

BUDGET = "aws:budgets/budget:Budget"
EVERYTHING = {"budgetType": "COST", "timeUnit": "MONTHLY", "limitUnit": "USD"}


def pool(minimum: int) -> list[Case]:
    disk = {"ebs": {"volumeSize": 40, "volumeType": "gp3"}}
    return [
        Case(
            type="aws:ec2/launchTemplate:LaunchTemplate",
            name="machines",
            props={"instanceType": "m7g.large", "blockDeviceMappings": [disk]},
            provider={"type": "pulumi:providers:aws"},
        ),
        Case(
            type="aws:eks/nodeGroup:NodeGroup",
            name="serving",
            props={"scalingConfig": {"minSize": minimum, "maxSize": 9}},
            provider={"type": "pulumi:providers:aws"},
            depends={"launchTemplate": ["machines"]},
        ),
    ]


def budget(name: str = "all", **props: Any) -> Case:
    return Case(
        type=BUDGET,
        name=name,
        props={**EVERYTHING, "limitAmount": "200", **props},
        provider={"type": "pulumi:providers:aws"},
    )


def told(*cases: Case) -> list[str]:
    return [
        message for messages in violations(policy, list(cases)).values() for message in messages
    ]


def test_a_minimum_within_the_budget_passes_and_one_beyond_is_refused_with_both_figures() -> None:
    assert told(budget(), *pool(2)) == []

    (message,) = told(budget(), *pool(3))

    assert "a floor of 231.00 USD a month (NodeGroup 231.00" in message
    assert "ceiling 693.00" in message
    assert "allowed: a floor of up to 200.00 USD a month" in message


def test_the_lowest_budget_counts() -> None:
    (message,) = told(budget(), budget("low", limitAmount="100.50"), *pool(2))

    assert "::low: limitAmount: given" in message
    assert "up to 100.50 USD" in message


@pytest.mark.parametrize(
    "other",
    [
        {"costFilters": [{"name": "Service", "values": ["Amazon S3"]}]},
        {"timeUnit": "ANNUALLY"},
        {"limitUnit": "AED"},
        {"budgetType": "USAGE"},
    ],
)
def test_a_budget_for_something_else_bounds_nothing(other: dict[str, Any]) -> None:
    (message,) = told(budget(**other), *pool(1))

    assert "::serving: type: given" in message
    assert "no budget, a floor of 77.00 USD a month" in message


def test_a_plan_outside_the_cloud_needs_no_budget() -> None:
    claim = Case(
        type="kubernetes:core/v1:PersistentVolumeClaim",
        name="data",
        props={"spec": {"storageClassName": "local"}},
        provider={"type": "pulumi:providers:kubernetes"},
    )

    assert told(claim) == []


def test_a_plan_that_costs_nothing_needs_no_budget() -> None:
    role = Case(type="aws:iam/role:Role", name="role", provider={"type": "pulumi:providers:aws"})

    assert told(role) == []
