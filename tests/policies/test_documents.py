"""Plans and states are read whole, or refused with what was given."""

import json
from typing import Any

import pytest

from policies import documents, verdicts
from policies.judging import Declared
from policies.reading import UNKNOWN
from policies.steps import DocumentError

URN = "urn:pulumi:dev::mizan::aws:s3/bucket:Bucket::data"
PROVIDER = "urn:pulumi:dev::mizan::pulumi:providers:aws::abroad"
UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
STATES: list[dict[str, Any]] = [
    {"urn": PROVIDER, "type": "pulumi:providers:aws", "inputs": {"region": "eu-west-1"}},
    {
        "urn": URN,
        "type": "aws:s3/bucket:Bucket",
        "custom": True,
        "provider": f"{PROVIDER}::{UNKNOWN_TEXT}",
        "inputs": {"bucket": UNKNOWN_TEXT},
        "propertyDependencies": {"bucket": [PROVIDER]},
    },
]
PLAN: dict[str, Any] = {"steps": [{"op": "create", "newState": state} for state in STATES]}


@pytest.mark.parametrize("document", [PLAN, {"deployment": {"resources": STATES}}])
def test_a_plan_and_a_state_are_read_alike(document: object) -> None:
    found = documents.read(json.dumps(document))

    assert found.stack == "dev"
    assert found.resources[1] == Declared(
        type="aws:s3/bucket:Bucket",
        urn=URN,
        name="data",
        props={"bucket": UNKNOWN},
        provider_type="pulumi:providers:aws",
        provider_props={"region": "eu-west-1"},
        derived_from={"bucket": (PROVIDER,)},
    )


def test_what_a_plan_takes_away_is_not_judged() -> None:
    gone = {"op": "delete", "newState": {**STATES[1], "urn": URN + "-old"}}

    found = documents.read(json.dumps({"steps": [*PLAN["steps"], gone]}))

    assert [one.urn for one in found.resources] == [PROVIDER, URN]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not JSON"),
        ("[]", "is no object"),
        ("{}", "holds no resource"),
        ('{"diagnostics": [{"severity": "error", "message": "no key"}]}', "failed.*\nno key"),
    ],
)
def test_what_is_neither_is_refused(text: str, said: str) -> None:
    with pytest.raises(DocumentError, match=said):
        documents.read(text)


def test_a_document_is_judged_by_every_rule() -> None:
    told = list(verdicts.judge(documents.read(json.dumps(PLAN)).resources))

    assert ("residency-provider-region", PROVIDER) in {(one.rule, one.urn) for one in told}
    assert ("encryption-bucket-encrypted", URN) in {(one.rule, one.urn) for one in told}
    assert ("residency-resource-region", URN) in {(one.rule, one.urn) for one in told}
