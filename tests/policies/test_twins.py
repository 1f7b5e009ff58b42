"""Each environment has twins that leak: the booted pack blocks each by exactly the rule named."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

import environments
from policies import catalog
from tests.support.engine import environment_plan
from tests.support.environment_cases import cases
from tests.support.policy_fixtures import Case
from tests.support.policy_pack import Pack, running

TWINS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("twins.yaml").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pack]:
    with running(cwd=tmp_path_factory.mktemp("elsewhere")) as booted:
        yield booted


def leaking(twin: dict[str, Any]) -> list[Case]:
    """The plan of an environment, with the leak in it."""
    stack = twin["leak"].lower().replace(" ", "-")
    plan = [replace(case, stack=stack) for case in cases(environment_plan(twin["environment"]))]
    # What depends on what is told by URN, and so by stack.
    plan = [replace(case, depends=_within(case, stack)) for case in plan]
    target = next(
        case
        for case in plan
        if case.type == twin["type"] and case.name == twin.get("name", case.name)
    )
    props = deepcopy(target.props)
    holder: Any = props
    for step in twin["at"][:-1]:
        holder = holder[step]
    holder[twin["at"][-1]] = twin["value"]
    return [replace(case, props=props) if case is target else case for case in plan]


def _within(case: Case, stack: str) -> dict[str, list[str]]:
    plain = Case(type="", name="").stack
    return {
        key: [urn.replace(f":{plain}::", f":{stack}::", 1) for urn in urns]
        for key, urns in case.depends.items()
    }


def test_every_environment_has_a_twin_and_every_twin_a_rule() -> None:
    assert {twin["environment"] for twin in TWINS} == set(environments.names())
    assert {twin["stopped_by"] for twin in TWINS} <= {rule.name for rule in catalog.discover()}


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: f"{twin['environment']}: {twin['leak']}")
def test_a_twin_that_leaks_is_blocked_by_exactly_one_rule(pack: Pack, twin: dict[str, Any]) -> None:
    plan = leaking(twin)

    told = [diagnostic for case in plan for diagnostic in pack.analyze(case)]
    told += pack.analyze_stack(plan)

    assert {diagnostic.policyName for diagnostic in told} == {twin["stopped_by"]}
