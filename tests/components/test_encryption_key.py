import json
from typing import Any

import pytest

from components.encryption_key import EncryptionKey, EncryptionKeyArgs, Service
from components.encryption_key.key_policy import statements
from components.encryption_key.service import DIRECT, VIA
from components.tags import Tags
from tests.components.recording import Deploy, Engine
from tests.support.aws_outputs import ACCOUNT, REGION

TAGS = Tags(workload="platform", data_class="financial", profile="shared")
READS = {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom"}


def build(deploy: Deploy, **more: Any) -> Any:
    arguments = EncryptionKeyArgs(
        **{
            "purpose": "lake",
            "services": [Service.S3, Service.GLUE],
            "account": ACCOUNT,
            "region": REGION,
            "tags": TAGS,
            **more,
        }
    )
    return deploy(lambda: EncryptionKey("lake-key", arguments).arn)


def policy(*services: Service, users: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    return statements(ACCOUNT, REGION, services, users)


def allowing(action: str, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in found if one["Effect"] == "Allow" and action in one["Action"]]


def test_it_rotates_in_one_region_and_can_be_taken_back(engine: Engine, deploy: Deploy) -> None:
    build(deploy, rotation_days=180)
    (key,) = engine.typed("aws:kms/key:Key")
    assert key.inputs["enableKeyRotation"] is True
    assert key.inputs["rotationPeriodInDays"] == 180
    assert key.inputs["multiRegion"] is False
    assert key.inputs["deletionWindowInDays"] == 30
    assert key.inputs["tags"]["data-class"] == "financial"


def test_people_know_it_by_purpose_and_data_class(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    (alias,) = engine.typed("aws:kms/alias:Alias")
    assert alias.inputs["name"] == "alias/mizan/lake/financial"


def test_the_account_administers_it_but_reads_nothing_with_it() -> None:
    (administration,) = [one for one in policy(Service.S3) if one.get("Sid") == "Administration"]
    assert administration["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert not READS & set(administration["Action"])
    assert not [action for action in administration["Action"] if "*" in action]
    assert "kms:CreateGrant" not in administration["Action"]


def test_the_accounts_roles_use_it_by_way_of_the_named_services_only() -> None:
    (use,) = allowing("kms:Decrypt", policy(Service.S3, Service.GLUE))
    assert use["Condition"] == {
        "StringEquals": {
            "kms:CallerAccount": ACCOUNT,
            "kms:ViaService": [f"glue.{REGION}.amazonaws.com", f"s3.{REGION}.amazonaws.com"],
        }
    }


@pytest.mark.parametrize("service", sorted(DIRECT))
def test_a_service_in_its_own_name_acts_for_this_account_only(service: Service) -> None:
    own = [one for one in policy(service) if "Sid" not in one]
    assert own
    for one in own:
        assert ACCOUNT in json.dumps(one["Condition"])


def test_every_service_is_known_in_one_way() -> None:
    assert VIA | DIRECT.keys() == set(Service)
    assert not VIA & DIRECT.keys()


def test_log_groups_of_this_account_and_region_are_the_only_ones_it_encrypts() -> None:
    (use,) = allowing("kms:Decrypt", policy(Service.LOGS))
    assert use["Principal"] == {"Service": f"logs.{REGION}.amazonaws.com"}
    assert use["Condition"]["ArnLike"] == {
        "kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:*"
    }


def test_roles_that_use_it_directly_are_named() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/signer"
    (use,) = allowing("kms:Decrypt", policy(users=(role,)))
    assert use["Principal"] == {"AWS": [role]}


def test_nobody_from_outside_can_use_it() -> None:
    denied = [one for one in policy(Service.S3) if one["Effect"] == "Deny"]
    (outside,) = [one for one in denied if "kms:Decrypt" in one["Action"]]
    assert outside["Principal"] == {"AWS": "*"}
    assert outside["Condition"]["StringNotEquals"] == {"aws:PrincipalAccount": ACCOUNT}


def test_foreign_material_and_copies_abroad_are_denied_to_everybody() -> None:
    (never,) = [one for one in policy(Service.S3) if "kms:ImportKeyMaterial" in one["Action"]]
    assert never["Effect"] == "Deny"
    assert "Condition" not in never
    assert {"kms:ReplicateKey", "kms:DisableKeyRotation"} <= set(never["Action"])


def test_no_statement_allows_every_action() -> None:
    for one in policy(*Service, users=("arn:aws:iam::1:role/x",)):
        assert "kms:*" not in one["Action"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"rotation_days": 30}, "rotation_days .* 30: give 90 to 2560"),
        ({"deletion_window_days": 3}, "deletion_window_days .* 3: give 7 to 30"),
        ({"purpose": "The Lake"}, "purpose .*'The Lake'"),
        ({"services": []}, "nobody may use the key"),
    ],
)
def test_what_aws_would_refuse_is_refused_at_once(
    engine: Engine, deploy: Deploy, wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        build(deploy, **wrong)
