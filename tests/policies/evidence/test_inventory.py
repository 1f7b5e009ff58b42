"""Where data lie, who gets them and what leads out, as a plan says it."""

import pytest
from pydantic import ValidationError

from policies.documents import read
from policies.evidence import tables
from policies.evidence.estate import Estate, tag
from policies.evidence.inventory import inventory
from policies.evidence.transfers import register, ways_out
from tests.policies.evidence.conftest import declared, evidence_of
from tests.support.plan_documents import AWS, UNKNOWN, document, state, urn

BUCKET = "aws:s3/bucket:Bucket"
ENCRYPTION = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
)
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
LAKE = state(BUCKET, "lake", {"tags": {"workload": "landing", "data-class": "personal"}})
OF_LAKE = [urn(BUCKET, "lake")]


def estate(*states):
    return Estate(read(document([AWS, *states])).resources)


def stores(*states):
    return inventory(estate(*states), declared("smb").site_of("smb"))


def doors(*states):
    return ways_out(estate(*states), declared("smb"), "smb", {})


def test_a_bucket_is_told_with_what_its_settings_say():
    key = state("aws:kms/key:Key", "lake-key", {})
    encryption = state(
        ENCRYPTION,
        "e",
        {"rules": [{"applyServerSideEncryptionByDefault": {"kmsMasterKeyId": UNKNOWN}}]},
        bucket=OF_LAKE,
        rules=[key["urn"]],
    )
    days = state(LIFECYCLE, "l", {"rules": [{"expiration": {"days": 30}}, {}]}, bucket=OF_LAKE)
    lock = state(LOCK, "k", {"rule": {"defaultRetention": {"days": 90}}}, bucket=OF_LAKE)
    role = state("aws:iam/role:Role", "reader", {})
    policy = state("aws:iam/rolePolicy:RolePolicy", "p", {}, policy=OF_LAKE, role=[role["urn"]])

    (found,) = stores(key, LAKE, encryption, days, lock, role, policy)

    assert found == {
        "urn": LAKE["urn"],
        "type": BUCKET,
        "name": "lake",
        "holds": "objects",
        "place": "me-central-1",
        "workload": "landing",
        "data_class": "personal",
        "key": "lake-key",
        "retention": "30 days",
        "lock": "90 days",
        "recipients": ["Role reader"],
    }


def test_settings_of_another_bucket_say_nothing_of_this_one():
    other = state(LIFECYCLE, "l", {"rules": [{"expiration": {"days": 30}}]},
                  bucket=[urn(BUCKET, "other")])  # fmt: skip

    assert stores(LAKE, other)[0]["retention"] is None


def test_what_is_not_known_yet_is_no_key_and_no_place():
    (found,) = stores(state("aws:sqs/queue:Queue", "q",
                            {"kmsMasterKeyId": UNKNOWN, "region": UNKNOWN}))  # fmt: skip

    assert (found["key"], found["place"]) == ("known after apply", "region known after apply")


def test_a_volume_says_the_key_of_its_storage_class():
    key = state("aws:kms/key:Key", "volumes", {})
    storage = state("kubernetes:storage.k8s.io/v1:StorageClass", "c",
                    {"metadata": {"name": "encrypted"}}, parameters=[key["urn"]])  # fmt: skip
    claims = {"volumeClaimTemplates": [{"spec": {"storageClassName": "encrypted"}}]}
    brokers = state("kubernetes:apps/v1:StatefulSet", "brokers", {"spec": claims})
    without = state("kubernetes:apps/v1:StatefulSet", "stateless", {"spec": {}})

    (found,) = stores(key, storage, brokers, without)

    assert (found["name"], found["key"]) == ("brokers", "encrypted (volumes)")


def test_a_retention_in_a_text_is_read():
    settings = state("aws:msk/configuration:Configuration", "c",
                     {"serverProperties": "a=1\nlog.retention.hours=168\n"})  # fmt: skip
    cluster = state("aws:msk/cluster:Cluster", "k", {}, configurationInfo=[settings["urn"]])

    assert stores(settings, cluster)[0]["retention"] == "168 hours"


def test_tags_come_from_labels_and_from_the_provider_too():
    provider = {**AWS, "inputs": {"defaultTags": '{"tags": {"data-class": "internal"}}'}}
    labelled = state("kubernetes:core/v1:PersistentVolumeClaim", "v",
                     {"metadata": {"labels": {"mizan.ae/workload": "serving"}}})  # fmt: skip
    found = Estate(read(document([provider, state(BUCKET, "b", {}), labelled])).resources)

    assert tag(found.by_urn[urn(BUCKET, "b")], "data-class") == "internal"
    assert tag(found.by_urn[labelled["urn"]], "workload") == "serving"
    assert tag(found.by_urn[labelled["urn"]], "data-class") is None


def test_processing_is_grouped_by_purpose_with_what_crosses_the_border():
    entries = stores(LAKE, state("aws:sqs/queue:Queue", "q", {}))

    first, second = register(entries, {LAKE["urn"]: 2})

    assert (first["workload"], first["stores"], first["crossings"]) == (
        "landing",
        ["lake (objects)"],
        2,
    )
    assert (second["workload"], second["data_class"]) == ("not said", "not said")


def test_what_leads_out_says_where_to():
    (door,) = doors(state("aws:ec2/customerGateway:CustomerGateway", "g", {"ipAddress": "1.2.3.4"}))

    assert (door["leads"], door["from"], door["to"]) == (
        "tunnel to a network",
        "me-central-1",
        ["ipAddress 1.2.3.4"],
    )


def test_a_role_is_a_door_only_for_those_outside():
    inside = state("aws:iam/role:Role", "in", {"assumeRolePolicy": "ec2.amazonaws.com"})
    outside = state("aws:iam/role:Role", "out", {
        "assumeRolePolicy": "rolesanywhere.amazonaws.com", "description": "the second site"
    })  # fmt: skip

    assert [door["name"] for door in doors(inside, outside)] == ["out"]


def test_a_policy_that_only_denies_leads_nowhere():
    denies = state("kubernetes:networking.k8s.io/v1:NetworkPolicy", "n", {"spec": {"egress": []}})

    assert doors(denies) == []


def test_the_bank_is_told_whole():
    bank = evidence_of("uae-prod")

    assert {one["place"] for one in bank["stores"]} == {"me-central-1"}
    lake = next(one for one in bank["stores"] if one["name"] == "store-lake")
    assert (lake["key"], lake["retention"]) == ("lake-key-key", "3653 days")
    assert any("second-site" in who for who in lake["recipients"])
    assert any(
        "203.0.113.10" in one for door in bank["transfers"]["ways_out"] for one in door["to"]
    )


def test_the_second_site_keeps_its_data_at_the_second_site():
    places = {one["place"] for one in evidence_of("uae-prod.abu-dhabi-dc")["stores"]}

    assert places == {"abu-dhabi-dc (AE)"}


def test_a_pattern_has_one_group():
    with pytest.raises(ValidationError, match="one group"):
        tables.Place(path="a", read="no group")
