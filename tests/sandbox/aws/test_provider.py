"""What the provider refuses, and how it bears faults of AWS."""

import pytest
from pulumi.runtime.rpc import UNKNOWN

from sandbox.aws import running
from sandbox.aws.provider import configuration, connection, made
from sandbox.provider_service.errors import ProviderError
from tests.sandbox.aws.conftest import configured
from tests.sandbox.aws.trial import Trial

KEY = "aws:kms/key:Key"
BUCKET = "aws:s3/bucket:Bucket"


def test_a_type_without_a_table_is_refused_by_name(provider):
    with pytest.raises(ProviderError, match="'aws:gamelift/fleet:Fleet' is not known"):
        Trial(provider, "aws:gamelift/fleet:Fleet").failures({})


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"rotation": True}, "has no property 'rotation'; allowed are bypassPolicyLockout"),
        ({"deletionWindowInDays": "soon"}, "'soon'; it must be a integer"),
        ({"tags": ["a"]}, "it must be a map of text"),
        ({"enableKeyRotation": 1}, "it must be a boolean"),
    ],
)
def test_what_a_type_does_not_take_is_refused_by_name(provider, inputs, reason):
    assert [text for text in Trial(provider, KEY).failures(inputs) if reason in text]


def test_what_is_missing_or_wrong_inside_a_block_is_refused_by_path(provider):
    versioning = Trial(provider, "aws:s3/bucketVersioning:BucketVersioning")
    found = " ".join(versioning.failures({"versioningConfiguration": {"state": "Enabled"}}))
    assert "needs the property 'bucket'" in found
    assert "no property 'versioningConfiguration.state'; allowed are mfaDelete, status" in found
    assert "needs the property 'versioningConfiguration.status'" in found


def test_what_is_known_later_is_not_judged(provider):
    inputs = {"description": UNKNOWN, "tags": {"a": UNKNOWN}}
    assert not Trial(provider, KEY).failures(inputs)


def test_what_a_table_does_not_support_is_refused_with_the_reason(provider):
    reason = "deprecated: it has a resource type of its own"
    assert reason in Trial(provider, BUCKET).failures({"acl": "private"})[0]


def test_a_name_is_made_once_and_kept_and_a_replacement_gets_another(provider):
    trial = Trial(provider, "aws:iam/role:Role", "reader")
    trial.inputs = trial.checked({"assumeRolePolicy": "{}"})
    assert trial.inputs["name"].startswith("reader-")
    assert len(trial.inputs["name"]) == len("reader-") + 7
    assert trial.checked({"assumeRolePolicy": "{}"}) == trial.inputs

    renamed = Trial(provider, trial.token, "other", inputs=trial.inputs)
    assert renamed.checked({"assumeRolePolicy": "{}"}) == trial.inputs

    own = {"assumeRolePolicy": "{}", "name": "mine"}
    trial.inputs = trial.checked(own)
    assert trial.diff(trial.checked({**own, "path": "/x/"})).delete_before_replace


def test_documents_are_compared_by_their_meaning(provider):
    trial = Trial(provider, KEY)
    one = '{"Statement": [{"Action": ["kms:Encrypt", "kms:Decrypt"]}]}'
    same = '{ "Statement": {"Action": ["kms:Decrypt", "kms:Encrypt"]} }'
    trial.inputs = trial.checked({"policy": one})
    assert not trial.diff(trial.checked({"policy": same})).changes
    assert trial.diff(trial.checked({"policy": one.replace("Encrypt", "Sign")})).changes


def test_what_was_changed_out_of_band_is_seen_and_mended(provider):
    trial = Trial(provider, KEY)
    trial.create(trial.checked({"description": "ours", "enableKeyRotation": True}))
    aws = connection.Connection().caller("kms", "me-central-1")
    aws("UpdateKeyDescription", KeyId=trial.id, Description="theirs")
    aws("TagResource", KeyId=trial.id, Tags=[{"TagKey": "owner", "TagValue": "them"}])
    found = trial.read()
    assert found
    live, _ = found
    assert live["description"] == "theirs"
    assert live["tags"] == {"owner": "them"}
    assert live["enableKeyRotation"] is True

    wanted, trial.inputs = trial.inputs, live
    assert set(trial.diff(wanted).diffs or ()) == {"description", "tags"}
    trial.update(wanted)
    mended = trial.read()
    assert mended
    assert mended[0] == wanted


def test_what_was_deleted_out_of_band_is_gone(provider):
    trial = Trial(provider, BUCKET)
    trial.create(trial.checked({}))
    connection.Connection().caller("s3", "me-central-1")("DeleteBucket", Bucket=trial.id)
    assert trial.read() is None
    trial.delete()


@pytest.mark.parametrize(
    ("code", "status"),
    [("ThrottlingException", 400), ("InternalFailure", 500), ("ServiceUnavailable", 503)],
)
def test_throttling_and_server_errors_are_tried_again(provider, fault, code, status):
    fault(service="kms", operation="CreateKey", times=2, code=code, status=status)
    trial = Trial(provider, KEY)
    trial.create(trial.checked({}))
    assert trial.id


def test_what_fails_for_too_long_ends_with_one_clear_line(stand_in, fault):
    fault(service="kms", operation="CreateKey", times=9)
    trial = Trial(configured(maxRetries=1), KEY, "lake")
    with pytest.raises(ProviderError) as error:
        trial.create(trial.checked({}))
    assert str(error.value) == (
        "aws:kms/key:Key lake: kms:CreateKey failed (2 attempts): ThrottlingException: "
        "Rate exceeded"
    )


def test_a_half_made_resource_is_kept_and_finished_by_the_next_update(provider, fault):
    fault(service="kms", operation="EnableKeyRotation", code="AccessDenied", status=403)
    trial = Trial(provider, KEY)
    inputs = trial.checked({"enableKeyRotation": True})
    with pytest.raises(ProviderError, match="EnableKeyRotation failed: AccessDenied") as error:
        trial.create(inputs)
    trial.id, trial.state, trial.inputs = error.value.id, error.value.state, inputs
    assert trial.diff(inputs).changes
    trial.update(inputs)
    assert trial.state["enableKeyRotation"] is True
    assert not trial.diff(inputs).changes


def test_an_account_that_is_not_allowed_is_refused_before_anything_is_made(stand_in):
    with pytest.raises(ProviderError, match="is 111122223333; allowedAccountIds are 999999999999"):
        configured(allowedAccountIds=["999999999999"])


def test_settings_that_are_not_known_are_refused():
    assert configuration.refusals({"region": "me-central-1", "skipRegionValidation": True}) == []
    [(name, reason)] = configuration.refusals({"assumeRoles": []})
    assert name == "assumeRoles"
    assert "allowed are allowedAccountIds, defaultTags" in reason


def test_without_a_stand_in_a_plan_is_made_and_an_update_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.delenv(connection.ENDPOINT, raising=False)
    monkeypatch.setattr(connection, "running", lambda: running.running(tmp_path))
    trial = Trial(configured(), KEY)
    assert trial.preview(trial.checked({}))["arn"] == UNKNOWN
    with pytest.raises(ProviderError, match="start one with `python"):
        trial.create(trial.checked({}))


def test_what_an_engine_never_learnt_of_is_found_by_its_urn(provider, stand_in):
    role = Trial(provider, "aws:iam/role:Role", "unheard")
    key = Trial(provider, KEY, "unheard")
    for trial, inputs in ((role, {"assumeRolePolicy": "{}"}), (key, {})):
        trial.create(trial.checked(inputs))
        assert (trial.urn, trial.id) in {(m.urn, m.id) for m in made.alive(stand_in)}
    key.delete()
    assert [m.token for m in made.alive(stand_in) if m.urn in {role.urn, key.urn}] == [role.token]
    role.delete()
