"""What the law compiles to, as the program reads it and fills it in."""

import json

import pulumi
import pytest

from policies.boundary import BOUNDARY
from stacks import law

REGION = "me-central-1"


def test_no_blank_stays() -> None:
    made = [
        law.endpoint_policy(REGION, "s3", "111122223333"),
        *law.organisation("o-abcdefghij", []).values(),
    ]
    assert "111122223333" in json.dumps(made)
    assert "<" not in json.dumps(made)


def test_a_denial_that_excuses_nobody_has_no_condition() -> None:
    def blinded(*keepers: str) -> object:
        document = law.organisation("o-abcdefghij", list(keepers))["guardrails"]
        (found,) = (one for one in document["Statement"] if one["Sid"] == "NothingIsBlinded")
        return found.get("Condition")

    role = "arn:aws:iam::*:role/keeper"
    assert blinded(role) == {"ArnNotLike": {"aws:PrincipalArn": [role]}}
    assert blinded() is None


def test_a_service_without_a_policy_of_its_own_has_that_of_the_rest() -> None:
    (only,) = law.endpoint_policy(REGION, "kms", "111122223333")["Statement"]
    assert only["Condition"]["StringEquals"]["aws:ResourceAccount"] == "111122223333"


def test_a_region_outside_the_law_has_no_endpoint_and_no_names() -> None:
    with pytest.raises(pulumi.RunError, match=r"eu-west-1/rest\.json: what the law says here"):
        law.endpoint_policy("eu-west-1", "s3", "111122223333")
    with pytest.raises(pulumi.RunError, match=r"names/eu-west-1\.json"):
        law.resolvable("eu-west-1", ())


def test_only_domains_of_the_law_are_resolved() -> None:
    listed = BOUNDARY.domains[0].name
    found = law.resolvable(REGION, (listed,))
    assert f"*.{REGION}.amazonaws.com" in found
    assert found[-1] == listed
    with pytest.raises(pulumi.RunError, match=rf"names pypi\.org; allowed by .*{listed}"):
        law.resolvable(REGION, (listed, "pypi.org"))
