"""Every environment, built whole, judged by the rules that judge every deployment."""

from copy import deepcopy
from typing import Any

import pytest

from environments import stacks
from policies import catalog
from policies.judging import StackRule
from tests.support.engine import Plan, Record, environment_plan
from tests.support.environment_cases import cases
from tests.support.policy_fixtures import violations

# Rules over single resources come first, as in the engine: those over the stack build on them.
RULES = {
    policy.name: policy
    for policy in sorted(
        (module.policy for module in catalog.modules()),
        key=lambda policy: isinstance(policy, StackRule),
    )
}
DEPLOYED = list(stacks())


def found(plan: Plan) -> dict[str, dict[str, list[str]]]:
    """What each rule says of a plan, rules that say nothing left out."""
    declared = cases(plan)
    said = {name: dict(violations(policy, declared)) for name, policy in RULES.items()}
    return {name: told for name, told in said.items() if told}


def test_there_is_something_to_judge_and_something_that_judges() -> None:
    assert DEPLOYED
    assert len(RULES) >= 6
    for name in DEPLOYED:
        assert len(environment_plan(name).records) > 50


@pytest.mark.parametrize("name", DEPLOYED)
def test_an_environment_breaks_no_rule(name: str) -> None:
    assert found(environment_plan(name)) == {}


def spoiled(kind: str, name: str, *path: str | int, value: Any) -> Plan:
    """An environment with one thing in one object put wrong."""
    plan = environment_plan("local")
    target = min(
        (record for record in plan.of(kind) if record.metadata["name"] == name),
        key=lambda record: record.urn,
    )
    inputs = deepcopy(target.inputs)
    holder: Any = inputs
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    bad = Record(**{**vars(target), "inputs": inputs})
    return Plan(records=[bad if record is target else record for record in plan.records])


POD = ("spec", "template", "spec")


@pytest.mark.parametrize(
    "plan_of",
    [
        lambda: spoiled(
            "Deployment", "serving", *POD, "containers", 0, "image", value="docker.io/x:latest"
        ),
        lambda: spoiled(
            "Deployment", "serving", *POD, "containers", 0, "securityContext", value={}
        ),
        lambda: spoiled("Job", "training", *POD, "hostNetwork", value=True),
        lambda: spoiled("StorageClass", "mizan-encrypted", "parameters", value={}),
        lambda: spoiled("NetworkPolicy", "default-deny", "spec", "policyTypes", value=["Ingress"]),
    ],
    ids=["foreign image", "no context", "host network", "plain storage", "open namespace"],
)
def test_a_spoiled_environment_is_caught(plan_of: Any) -> None:
    assert found(plan_of()) != {}
