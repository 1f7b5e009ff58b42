"""The policies of the organisation, made of the documents of the law."""

import json
from typing import Any

import pytest

from components.organisation import (
    LARGEST,
    Guard,
    OrganisationPolicies,
    OrganisationPoliciesArgs,
    declarations,
    guards,
)
from components.tags import Tags
from policies.layers import service_control
from stacks import law
from tests.components.recording import Deploy, Engine

DOCUMENTS = law.organisation("o-abcdefghij", ["arn:aws:iam::*:role/break-glass"])


def arguments(**fields: Any) -> OrganisationPoliciesArgs:
    given: dict[str, Any] = {
        "documents": DOCUMENTS,
        "targets": ["ou-abcd-12345678"],
        "tag_values": {"environment": ["one", "two"]},
        "tags": Tags(workload="platform", data_class="internal", profile="shared"),
    }
    return OrganisationPoliciesArgs(**{**given, **fields})


def test_no_document_is_longer_than_aws_takes() -> None:
    four = [f"me-central-{number}" for number in range(1, 5)]
    wide = {"regions": service_control.regions(four), "borders": service_control.borders(four)}
    made = guards(arguments(documents={**DOCUMENTS, **wide}))
    for guard in made.values():
        assert json.loads(guard.content) == guard.document
        assert len(guard.content) <= LARGEST[guard.type]
    # Five of a type can be attached to one target, and one of AWS's own is among them.
    kinds = [guard.type for guard in made.values()]
    assert kinds.count("SERVICE_CONTROL_POLICY") <= 4


def test_a_document_that_is_too_long_is_refused() -> None:
    guard = Guard(
        type="SERVICE_CONTROL_POLICY", document={"Statement": ["x" * 5120]}, description="Much."
    )
    with pytest.raises(ValueError, match=r"Much\. The SERVICE_CONTROL_POLICY has 51\d\d char"):
        _ = guard.content


def test_every_mandatory_tag_is_spelt_and_known_values_are_enforced() -> None:
    written = declarations.tags({"environment": ["b", "a"]})["tags"]
    assert set(written) == set(declarations.MANDATORY)
    assert written["environment"]["tag_value"] == {"@@assign": ["a", "b"]}
    assert "enforced_for" in written["environment"]
    assert "enforced_for" not in written["owner"]


def test_values_of_a_tag_that_is_not_mandatory_are_refused() -> None:
    with pytest.raises(ValueError, match="values of the tag 'colour'"):
        declarations.tags({"colour": ["red"]})
    with pytest.raises(ValueError, match="at least one value"):
        declarations.tags({"environment": []})


def test_every_policy_is_attached_to_every_target(engine: Engine, deploy: Deploy) -> None:
    targets = ["r-abcd", "111122223333"]
    made = deploy(
        lambda: OrganisationPolicies("organisation", arguments(targets=targets)).policy_ids
    )
    policies = engine.typed("aws:organizations/policy:Policy")
    assert len(policies) == len(made) == 6
    attached = {
        (record.inputs["policyId"], record.inputs["targetId"])
        for record in engine.typed("aws:organizations/policyAttachment:PolicyAttachment")
    }
    assert attached == {(record.name, target) for record in policies for target in targets}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"targets": []}, "at least one"),
        ({"targets": ["everybody"]}, "'everybody'"),
        ({"documents": {}}, r"documents are \(none\); there must be one for each of regions"),
        ({"documents": {**DOCUMENTS, "more": {}}}, "borders, guardrails, more"),
    ],
)
def test_what_is_no_organisation_is_refused(
    fields: dict[str, Any], message: str, deploy: Deploy
) -> None:
    with pytest.raises(ValueError, match=message):
        deploy(lambda: OrganisationPolicies("organisation", arguments(**fields)).policy_ids)
