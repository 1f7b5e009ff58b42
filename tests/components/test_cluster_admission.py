from typing import Any

import pytest

from components.cluster_admission import ClusterAdmission, ClusterAdmissionArgs
from stacks import law
from tests.components.complying import faults
from tests.components.recording import Deploy, Engine

POLICY, BINDING = "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"


def build(documents: list[dict[str, Any]]) -> Any:
    return ClusterAdmission("law", ClusterAdmissionArgs(documents=documents)).names


def test_each_policy_is_made_and_in_force(engine: Engine, deploy: Deploy) -> None:
    deploy(lambda: build(law.admission(["52.95.0.0/16"])))
    policies = {record.metadata["name"] for record in engine.of(POLICY)}
    assert {"mizan-images", "mizan-services", "mizan-network-policies"} <= policies
    assert {record.spec["policyName"] for record in engine.of(BINDING)} == policies
    for record in engine.of(POLICY):
        assert record.spec["failurePolicy"] == "Fail"
    for record in engine.of(BINDING):
        assert record.spec["validationActions"] == ["Deny"]


@pytest.mark.parametrize(
    ("blocks", "told"), [([], "+ []"), (["52.95.0.0/16", "3.5.0.0/24"], '["52.95.0.0/16", "3.5')]
)
def test_the_blocks_of_the_store_are_filled_in(
    blocks: list[str], told: str, engine: Engine, deploy: Deploy
) -> None:
    deploy(lambda: build(law.admission(blocks)))
    policy = engine.named(POLICY, "mizan-network-policies")
    (variable,) = policy.spec["variables"]
    assert told in variable["expression"]
    assert "<" not in variable["expression"]


def test_the_policy_pack_accepts_them(engine: Engine, deploy: Deploy) -> None:
    deploy(lambda: build(law.admission([])))
    assert faults(engine.records) == []


def test_a_policy_without_a_binding_is_refused(deploy: Deploy) -> None:
    documents = [one for one in law.admission([]) if one["kind"] == POLICY]
    with pytest.raises(ValueError, match=r"bindings \[\]: each policy has one"):
        deploy(lambda: build(documents))


def test_another_kind_is_refused(deploy: Deploy) -> None:
    strange = {"kind": "Secret", "metadata": {"name": "s"}}
    with pytest.raises(ValueError, match=r"documents of \['Secret'\]"):
        deploy(lambda: build([*law.admission([]), strange]))
