import json
from typing import Any

import pytest

from components.object_store import (
    Access,
    Aws,
    Grant,
    Lock,
    ObjectStore,
    ObjectStoreArgs,
    Writer,
    Zone,
)
from components.tags import Tags
from tests.components.recording import Deploy, Engine
from tests.support.aws_outputs import ACCOUNT, REGION

ENDPOINT = "vpce-0123456789abcdef0"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/lake"


def zone(**more: Any) -> Zone:
    return Zone(
        **{
            "key_arn": KEY,
            "retention_days": 365,
            "tags": Tags(workload="platform", data_class="financial", profile="shared"),
            **more,
        }
    )


ZONES = {
    "lake": zone(retention_days=3653),
    "models": zone(lock=Lock.GOVERNANCE, retention_days=730),
    "audit": zone(lock=Lock.COMPLIANCE, writers=[Writer.TRAIL]),
    "logs": zone(writers=[Writer.CONFIG, Writer.LOG_DELIVERY]),
}
GRANTS = (
    Grant(user="landing", bucket="lake", access=Access.WRITE),
    Grant(user="training", bucket="lake", access=Access.READ, prefix="flights/"),
    Grant(user="training", bucket="models", access=Access.READ),
)


def store(
    zones: dict[str, Zone] = ZONES,
    log_bucket: str = "logs",
    buckets: tuple[str, ...] | None = None,
    **more: Any,
) -> ObjectStore:
    site = Aws(
        account=ACCOUNT, vpc_endpoint_ids=[ENDPOINT], zones=zones, log_bucket=log_bucket, **more
    )
    names = tuple(zones) if buckets is None else buckets
    return ObjectStore(
        "store", ObjectStoreArgs(buckets=names, grants=GRANTS, region=REGION, site=site)
    )


def policy(engine: Engine, bucket: str) -> dict[str, dict[str, Any]]:
    (found,) = [
        record
        for record in engine.typed("aws:s3/bucketPolicy:BucketPolicy")
        if record.name == f"store-{bucket}-policy"
    ]
    statements = json.loads(found.inputs["policy"])["Statement"]
    return {one.get("Sid", str(number)): one for number, one in enumerate(statements)}


def test_it_says_where_it_is(engine: Engine, deploy: Deploy) -> None:
    assert deploy(lambda: store().endpoint) == f"https://s3.{REGION}.amazonaws.com"


def test_it_says_what_each_bucket_is_really_called(engine: Engine, deploy: Deploy) -> None:
    names = deploy(lambda: store().bucket_names)
    assert names["lake"] == "store-lake-bucket"
    assert set(names) == set(ZONES)


def test_every_bucket_is_encrypted_with_its_own_key(engine: Engine, deploy: Deploy) -> None:
    deploy(lambda: store({**ZONES, "lake": zone(key_arn=KEY + "-2")}).endpoint)
    rules = {
        record.name: record.inputs["rules"]
        for record in engine.typed(
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
        )
    }
    assert len(rules) == len(ZONES)
    ((rule,), (other,)) = rules["store-lake-encryption"], rules["store-logs-encryption"]
    assert rule["bucketKeyEnabled"] is True
    assert rule["applyServerSideEncryptionByDefault"] == {
        "sseAlgorithm": "aws:kms",
        "kmsMasterKeyId": KEY + "-2",
    }
    assert other["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"] == KEY


def test_every_bucket_keeps_versions_and_is_open_to_nobody(engine: Engine, deploy: Deploy) -> None:
    deploy(lambda: store().endpoint)
    versions = engine.typed("aws:s3/bucketVersioning:BucketVersioning")
    assert [one.inputs["versioningConfiguration"]["status"] for one in versions] == [
        "Enabled"
    ] * len(ZONES)
    blocks = [
        *engine.typed("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"),
        *engine.typed("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"),
    ]
    assert len(blocks) == len(ZONES) + 1
    for block in blocks:
        for shut in (
            "blockPublicAcls",
            "blockPublicPolicy",
            "ignorePublicAcls",
            "restrictPublicBuckets",
        ):
            assert block.inputs[shut] is True
    owners = engine.typed("aws:s3/bucketOwnershipControls:BucketOwnershipControls")
    assert {one.inputs["rule"]["objectOwnership"] for one in owners} == {"BucketOwnerEnforced"}


@pytest.mark.parametrize("bucket", ZONES)
def test_a_bucket_refuses_plain_text_strangers_and_other_keys(
    engine: Engine, deploy: Deploy, bucket: str
) -> None:
    deploy(lambda: store().endpoint)
    found = policy(engine, bucket)
    for said in ("TlsOnly", "Tls12OrNewer", "OwnAccountOnly", "NoOtherKey", "NoForeignKey"):
        assert found[said]["Effect"] == "Deny"
        assert found[said]["Principal"] == "*"
    assert found["TlsOnly"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert found["OwnAccountOnly"]["Condition"]["StringNotEquals"] == {
        "aws:PrincipalAccount": ACCOUNT
    }
    header = "s3:x-amz-server-side-encryption-aws-kms-key-id"
    assert found["NoOtherKey"]["Condition"] == {
        "Null": {header: "false"},
        "StringNotEquals": {header: KEY},
    }


def test_data_pass_through_the_endpoint_only_but_for_the_roles_of_services(
    engine: Engine, deploy: Deploy
) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/mizan/services/*"
    deploy(lambda: store(service_role_arns=[role]).endpoint)
    found = policy(engine, "lake")["ThroughTheEndpointOnly"]
    assert found["Condition"]["StringNotEquals"] == {"aws:SourceVpce": [ENDPOINT]}
    assert found["Condition"]["ArnNotLike"] == {"aws:PrincipalArn": [role]}
    assert {"s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*"} <= set(found["Action"])


def test_what_is_locked_is_held_for_its_retention_and_outlives_the_stack(
    engine: Engine, deploy: Deploy
) -> None:
    deploy(lambda: store().endpoint)
    locks = {
        record.name: record.inputs["rule"]["defaultRetention"]
        for record in engine.typed(
            "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
        )
    }
    assert locks == {
        "store-models-lock": {"mode": "GOVERNANCE", "days": 730},
        "store-audit-lock": {"mode": "COMPLIANCE", "days": 365},
    }
    assert "NoShorterLock" in policy(engine, "models")
    assert "NoShorterLock" not in policy(engine, "lake")


def test_objects_expire_after_their_retention_and_old_versions_after_theirs(
    engine: Engine, deploy: Deploy
) -> None:
    deploy(lambda: store().endpoint)
    (lake,) = [
        record.inputs["rules"]
        for record in engine.typed(
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
        )
        if record.name == "store-lake-lifecycle"
    ]
    retention, leftovers = lake
    assert retention["expiration"] == {"days": 3653}
    assert retention["noncurrentVersionExpiration"] == {"noncurrentDays": 30}
    assert leftovers["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}


def test_every_access_is_written_to_the_log_bucket(engine: Engine, deploy: Deploy) -> None:
    deploy(lambda: store().endpoint)
    logged = engine.typed("aws:s3/bucketLogging:BucketLogging")
    assert {one.inputs["bucket"] for one in logged} == {
        f"store-{name}-bucket" for name in ZONES if name != "logs"
    }
    assert {one.inputs["targetBucket"] for one in logged} == {"store-logs-bucket"}
    writers = [one for one in policy(engine, "logs").values() if one["Effect"] == "Allow"]
    assert {"Service": "logging.s3.amazonaws.com"} in [one["Principal"] for one in writers]


def test_services_write_only_where_the_zone_says_so_and_for_this_account(
    engine: Engine, deploy: Deploy
) -> None:
    deploy(lambda: store().endpoint)

    def writers(bucket: str) -> list[dict[str, Any]]:
        return [one for one in policy(engine, bucket).values() if one["Effect"] == "Allow"]

    assert writers("lake") == writers("models") == []
    for one in writers("audit"):
        assert one["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
    for one in writers("audit") + writers("logs"):
        assert ACCOUNT in json.dumps(one["Condition"])


def test_a_users_document_gives_what_was_granted_and_no_more(
    engine: Engine, deploy: Deploy
) -> None:
    documents = deploy(lambda: store().grant_documents)
    assert set(documents) == {"landing", "training"}
    listing, objects, key, *models = json.loads(documents["training"])["Statement"]
    arn = f"arn:aws:s3:{REGION}:{ACCOUNT}:store-lake"
    assert listing["Condition"] == {"StringLike": {"s3:prefix": "flights/*"}}
    assert objects["Action"] == ["s3:GetObject", "s3:GetObjectVersion"]
    assert objects["Resource"] == [f"{arn}/flights/*"]
    assert key["Action"] == ["kms:Decrypt"]
    assert key["Resource"] == [KEY]
    assert key["Condition"]["StringEquals"] == {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}
    assert len(models) == 3


def test_who_may_write_cannot_destroy_old_versions(engine: Engine, deploy: Deploy) -> None:
    document = deploy(lambda: store().grant_documents)["landing"]
    assert "s3:PutObject" in document
    assert "kms:GenerateDataKey" in document
    assert "DeleteObjectVersion" not in document
    assert "BypassGovernance" not in document


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"buckets": ("lake", "models")}, "buckets are lake, models and the zones .*audit"),
        ({"log_bucket": "log"}, "bucket log, which is not declared"),
        ({"log_bucket": "audit"}, "audit has a lock"),
        (
            {"zones": {**ZONES, "audit": zone(lock=Lock.COMPLIANCE, writers=[Writer.CONFIG])}},
            "audit has a lock",
        ),
        ({"zones": {**ZONES, "lake": zone(retention_days=0)}}, "retention_days .* lake is 0"),
    ],
)
def test_what_s3_would_refuse_or_drop_is_refused_at_once(
    engine: Engine, deploy: Deploy, wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        deploy(lambda: store(**wrong).endpoint)
