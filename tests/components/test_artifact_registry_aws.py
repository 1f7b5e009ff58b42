import json
from typing import Any

import pytest

from components.artifact_registry import ArtifactRegistry, ArtifactRegistryArgs, Aws
from components.tags import Tags
from tests.components.recording import Deploy, Engine
from tests.support.aws_outputs import ACCOUNT, REGION

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/registry"
PUBLISHER = f"arn:aws:iam::{ACCOUNT}:role/mizan-publisher-*"


def build(deploy: Deploy, **more: Any) -> Any:
    site = Aws(
        **{
            "account": ACCOUNT,
            "region": REGION,
            "key_arn": KEY,
            "publisher_role_arn": PUBLISHER,
            "tags": Tags(workload="platform", data_class="internal", profile="shared"),
            **more,
        }
    )
    arguments = ArtifactRegistryArgs(repositories=["mizan/serving", "mizan/training"], site=site)
    return deploy(lambda: ArtifactRegistry("registry", arguments).host)


def statements(engine: Engine) -> dict[str, Any]:
    policy, other = engine.typed("aws:ecr/repositoryPolicy:RepositoryPolicy")
    assert policy.inputs["policy"] == other.inputs["policy"]
    return {one["Sid"]: one for one in json.loads(policy.inputs["policy"])["Statement"]}


def test_image_references_begin_with_the_accounts_registry(engine: Engine, deploy: Deploy) -> None:
    assert build(deploy) == f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"


def test_what_was_pushed_stays_what_it_was_and_is_encrypted(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    repositories = engine.typed("aws:ecr/repository:Repository")
    assert [one.inputs["name"] for one in repositories] == ["mizan/serving", "mizan/training"]
    for one in repositories:
        assert one.inputs["imageTagMutability"] == "IMMUTABLE"
        assert one.inputs["encryptionConfigurations"] == [{"encryptionType": "KMS", "kmsKey": KEY}]
        assert not one.inputs.get("forceDelete", False)


def test_every_image_is_scanned_again_and_again(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    (scanning,) = engine.typed(
        "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"
    )
    assert scanning.inputs["scanType"] == "ENHANCED"
    (rule,) = scanning.inputs["rules"]
    assert rule["scanFrequency"] == "CONTINUOUS_SCAN"
    assert rule["repositoryFilters"] == [{"filter": "*", "filterType": "WILDCARD"}]


def test_only_the_account_pulls(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    found = statements(engine)
    allowed = [one for one in found.values() if one["Effect"] == "Allow"]
    assert [one["Principal"] for one in allowed] == [{"AWS": f"arn:aws:iam::{ACCOUNT}:root"}]
    assert "ecr:PutImage" not in allowed[0]["Action"]
    outside = found["NobodyFromOutside"]["Condition"]
    assert outside["StringNotEquals"] == {"aws:PrincipalAccount": ACCOUNT}


def test_only_the_publisher_pushes_or_destroys(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    push = statements(engine)["PushByThePublisherOnly"]
    assert push["Effect"] == "Deny"
    assert {"ecr:PutImage", "ecr:BatchDeleteImage"} <= set(push["Action"])
    assert push["Condition"]["ArnNotLike"] == {"aws:PrincipalArn": PUBLISHER}


def test_what_a_tag_names_is_never_removed(engine: Engine, deploy: Deploy) -> None:
    build(deploy, untagged_days=3)
    for policy in engine.typed("aws:ecr/lifecyclePolicy:LifecyclePolicy"):
        (rule,) = json.loads(policy.inputs["policy"])["rules"]
        assert rule["selection"]["tagStatus"] == "untagged"
        assert rule["selection"]["countNumber"] == 3


def test_nothing_comes_in_or_goes_out_by_replication(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    assert not engine.typed("aws:ecr/replicationConfiguration:ReplicationConfiguration")
    (policy,) = engine.typed("aws:ecr/registryPolicy:RegistryPolicy")
    (statement,) = json.loads(policy.inputs["policy"])["Statement"]
    assert statement["Effect"] == "Deny"
    assert "ecr:ReplicateImage" in statement["Action"]


def test_a_publisher_of_another_account_is_refused(engine: Engine, deploy: Deploy) -> None:
    with pytest.raises(ValueError, match=f"a role of the account {ACCOUNT}"):
        build(deploy, publisher_role_arn="arn:aws:iam::999988887777:role/pusher")
