"""An estate ten times as large is the same program: more of each, and nothing twice."""

import copy
from collections import Counter
from typing import Any

import pytest
import yaml

from environments import CloudRegion, load, names
from environments import folder as environments
from tests.support.engine import Plan, build

FACTORS = (1, 3, 10)
LARGEST = max(
    (name for name in names() if isinstance(load(name).sites.primary, CloudRegion)),
    key=lambda name: len(load(name).node_pools),
)


def times(facts: dict[str, Any], factor: int, name: str) -> dict[str, Any]:
    """An environment with so many times the pools, and the workloads that fill them."""
    larger = copy.deepcopy(facts) | {"name": name}
    larger["node_pools"] = [
        copy.deepcopy(pool) | {"name": f"{pool['name']}-{copied}"}
        for pool in facts["node_pools"]
        for copied in range(factor)
    ]
    serving, training = larger["workloads"]["serving"], larger["workloads"]["training"]
    if "pool" in training:
        training["pool"] += "-0"
    for bound in ("replicas_min", "replicas_max"):
        serving[bound] *= factor
    larger["streaming"]["brokers"] *= factor
    larger["batch"]["max_executors"] *= factor
    larger["monthly_budget_usd"] *= factor
    return larger


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Plan]:
    facts = yaml.safe_load((environments() / LARGEST / "environment.yaml").read_text())
    place = tmp_path_factory.mktemp("environments")
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIZAN_ENVIRONMENTS", str(place))
        for factor in FACTORS:
            name = f"larger-{factor}"
            (place / name).mkdir()
            text = yaml.safe_dump(times(facts, factor, name))
            (place / name / "environment.yaml").write_text(text)
            found[factor] = build(name)
    return found


def counted(plan: Plan) -> Counter[str]:
    return Counter(one.type for one in plan.records)


def test_each_type_grows_with_the_pools_or_not_at_all(plans: dict[int, Plan]) -> None:
    one, three, ten = (counted(plans[factor]) for factor in FACTORS)
    assert set(one) == set(three) == set(ten)
    for type_, count in one.items():
        # A straight line through one and three leads to ten.
        assert 2 * (ten[type_] - count) == 9 * (three[type_] - count), type_
        assert ten[type_] <= 10 * count, type_
    for type_ in (
        "mizan:components:NodePool",
        "aws:eks/nodeGroup:NodeGroup",
        "kubernetes:karpenter.sh/v1:NodePool",
    ):
        assert ten[type_] == 10 * one[type_] > 0, type_


@pytest.mark.parametrize("factor", FACTORS)
def test_no_two_resources_bear_one_name(plans: dict[int, Plan], factor: int) -> None:
    records = plans[factor].records
    assert [urn for urn, count in Counter(one.urn for one in records).items() if count > 1] == []
    objects = Counter(
        (one.kind, one.metadata.get("namespace"), one.metadata["name"])
        for one in records
        if one.kind
    )
    assert [name for name, count in objects.items() if count > 1] == []
    physical = Counter(
        (one.type, one.inputs["name"])
        for one in records
        if one.type.startswith("aws:") and isinstance(one.inputs.get("name"), str)
    )
    assert [name for name, count in physical.items() if count > 1] == []


def test_names_stay_within_what_services_take(plans: dict[int, Plan]) -> None:
    for one in plans[10].records:
        if one.kind:
            assert len(one.metadata["name"]) <= 63, one.urn
        elif one.type == "aws:eks/nodeGroup:NodeGroup":
            # Pulumi adds a hyphen and seven characters, and EKS takes 63.
            assert len(one.name) + 8 <= 63, one.urn


def test_what_is_asked_for_reaches_the_cluster(plans: dict[int, Plan]) -> None:
    bounds = {
        factor: plans[factor].of("HorizontalPodAutoscaler")[0].spec["maxReplicas"]
        for factor in FACTORS
    }
    assert bounds[10] == 10 * bounds[1]
