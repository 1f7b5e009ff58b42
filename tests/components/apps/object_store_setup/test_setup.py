"""The setup Job against a real store: what was granted works, and everything else is refused."""

import json
import ssl
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, SSLError

from tests.components.apps.loading import load
from tests.components.apps.object_store_setup.conftest import GRANTS, ROOT, USERS, Store

app = load("object_store/setup", "__main__", "declaration", "store", "trial", "accounts")


def read(store: Store, **changes: Any) -> Any:
    return app.declaration.read(
        store.declare(**changes),
        store_folder=store.folder / "store",
        users_folder=store.folder / "users",
    )


def run(store: Store, **changes: Any) -> int:
    return int(app.main_module.setup(read(store, **changes), patience_seconds=5))


def client(store: Store, user: str, secret: str | None = None) -> Any:
    secret = secret or (ROOT[1] if user == ROOT[0] else USERS[user])
    credential = app.declaration.Credential(access_key=user, secret_key=secret)
    return app.store.client(read(store), credential)


def refused(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as refusal:
        call(**arguments)
    return str(refusal.value.response["Error"]["Code"])


def cannot_put(store: Store, account: Any, bucket: str, key: str) -> None:
    """A refused upload: the store may hang up before the client has read that it is refused."""
    with pytest.raises((ClientError, SSLError, ConnectionClosedError)) as refusal:
        account.put_object(Bucket=bucket, Key=key, Body=b"x")
    if isinstance(refusal.value, ClientError):
        assert refusal.value.response["Error"]["Code"] == "AccessDenied"
    code = refused(client(store, "root").get_object, Bucket=bucket, Key=key)
    assert code == "NoSuchKey"


def test_the_whole_line_works_and_a_second_run_changes_nothing(store: Store) -> None:
    assert run(store) == 3 + 3 + 4 + 3
    assert run(store) == 0


def test_an_account_does_what_it_was_granted(store: Store) -> None:
    run(store)
    landing, training = client(store, "landing"), client(store, "training")
    landing.put_object(Bucket="lake", Key="flights/month=01/part", Body=b"rows")
    found = training.list_objects_v2(Bucket="lake", Prefix="flights/")["Contents"]
    assert [entry["Key"] for entry in found] == ["flights/month=01/part"]
    assert training.get_object(Bucket="lake", Key=found[0]["Key"])["Body"].read() == b"rows"
    large = b"x" * (6 * 2**20)
    upload = training.create_multipart_upload(Bucket="candidates", Key="delay/model.onnx")
    part = training.upload_part(
        Bucket="candidates",
        Key="delay/model.onnx",
        UploadId=upload["UploadId"],
        PartNumber=1,
        Body=large,
    )
    training.complete_multipart_upload(
        Bucket="candidates",
        Key="delay/model.onnx",
        UploadId=upload["UploadId"],
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )
    signing = client(store, "signing")
    body = signing.get_object(Bucket="candidates", Key="delay/model.onnx")["Body"]
    assert body.read() == large


def test_an_account_is_refused_what_it_was_not_granted(store: Store) -> None:
    run(store)
    client(store, "landing").put_object(Bucket="lake", Key="raw/secret", Body=b"x")
    training, serving = client(store, "training"), client(store, "serving")
    denied = "AccessDenied"
    cannot_put(store, training, "lake", "flights/x")
    begin = training.create_multipart_upload
    assert refused(begin, Bucket="lake", Key="flights/x") == denied
    assert refused(training.delete_object, Bucket="lake", Key="flights/x") == denied
    assert refused(training.get_object, Bucket="lake", Key="raw/secret") == denied
    assert refused(training.list_objects_v2, Bucket="lake", Prefix="raw/") == denied
    assert refused(training.list_objects_v2, Bucket="lake") == denied
    cannot_put(store, serving, "models", "delay/x")
    assert refused(serving.get_object, Bucket="candidates", Key="x") == denied
    assert refused(serving.delete_bucket_policy, Bucket="models") == denied
    assert refused(serving.create_bucket, Bucket="mine") == denied


def test_a_copy_cannot_carry_an_object_out_of_a_bucket_that_is_closed(store: Store) -> None:
    run(store)
    client(store, "landing").put_object(Bucket="lake", Key="raw/secret", Body=b"x")
    source = {"Bucket": "lake", "Key": "raw/secret"}
    code = refused(
        client(store, "training").copy_object, Bucket="candidates", Key="x", CopySource=source
    )
    assert code == "AccessDenied"


def test_a_wrong_secret_is_nobody(store: Store) -> None:
    run(store)
    wrong = client(store, "serving", secret="guess")  # noqa: S106 - a wrong one
    assert refused(wrong.list_objects_v2, Bucket="models") == "SignatureDoesNotMatch"


def test_every_change_keeps_what_was_and_a_writer_cannot_destroy_it(store: Store) -> None:
    run(store)
    signing = client(store, "signing")
    signing.put_object(Bucket="models", Key="delay/model.onnx", Body=b"one")
    signing.put_object(Bucket="models", Key="delay/model.onnx", Body=b"two")
    signing.delete_object(Bucket="models", Key="delay/model.onnx")
    root = client(store, "root")
    held = root.list_object_versions(Bucket="models", Prefix="delay/model.onnx")
    assert len(held["Versions"]) == 2
    assert len(held["DeleteMarkers"]) == 1
    version = held["Versions"][1]["VersionId"]
    assert (
        refused(signing.delete_object, Bucket="models", Key="delay/model.onnx", VersionId=version)
        == "AccessDenied"
    )
    serving = client(store, "serving")
    old = serving.get_object(Bucket="models", Key="delay/model.onnx", VersionId=version)
    assert old["Body"].read() == b"one"


def test_nobody_deletes_a_version_of_a_locked_bucket_before_its_time(store: Store) -> None:
    run(store)
    assert run(store, locked_days={"models": 90}) == 2
    assert run(store, locked_days={"models": 90}) == 0
    client(store, "signing").put_object(Bucket="models", Key="delay/model.onnx", Body=b"one")
    root = client(store, "root")
    (held,) = root.list_object_versions(Bucket="models")["Versions"]

    version = {"Bucket": "models", "Key": "delay/model.onnx", "VersionId": held["VersionId"]}
    assert refused(root.delete_object, **version) == "AccessDenied"
    assert refused(root.delete_object, **version, BypassGovernanceRetention=True) == "AccessDenied"
    assert (
        refused(
            root.put_bucket_versioning,
            Bucket="models",
            VersioningConfiguration={"Status": "Suspended"},
        )
        == "InvalidBucketState"
    )


def test_the_trial_leaves_nothing_behind(store: Store) -> None:
    run(store)
    root = client(store, "root")
    for bucket in ("lake", "candidates", "models"):
        held = root.list_object_versions(Bucket=bucket)
        assert not held.get("Versions")
        assert not held.get("DeleteMarkers")
        assert not root.list_multipart_uploads(Bucket=bucket).get("Uploads")


def test_a_right_that_is_taken_back_is_gone(store: Store) -> None:
    run(store)
    fewer = [grant for grant in GRANTS if grant["user"] != "serving"]
    assert run(store, grants=fewer) == 1
    serving = client(store, "serving")
    assert refused(serving.list_objects_v2, Bucket="models") == "AccessDenied"


def test_an_account_that_nothing_declares_is_removed(store: Store) -> None:
    run(store)
    users = ["landing", "signing", "training"]
    assert run(store, users=users, grants=[g for g in GRANTS if g["user"] != "serving"]) == 2
    serving = client(store, "serving")
    assert refused(serving.list_objects_v2, Bucket="models") == "InvalidAccessKeyId"


def test_a_bucket_that_nothing_declares_keeps_its_data_and_loses_its_rights(store: Store) -> None:
    run(store)
    client(store, "signing").put_object(Bucket="models", Key="kept", Body=b"kept")
    fewer = [grant for grant in GRANTS if grant["bucket"] != "models"]
    run(store, buckets=["lake", "candidates"], grants=fewer)
    assert refused(client(store, "serving").get_object, Bucket="models", Key="kept") == (
        "AccessDenied"
    )
    assert client(store, "root").get_object(Bucket="models", Key="kept")["Body"].read() == b"kept"


def test_a_new_secret_takes_the_place_of_the_old_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(store)
    old = client(store, "serving")
    monkeypatch.setitem(USERS, "serving", "a-new-secret")
    assert run(store) == 1
    assert refused(old.list_objects_v2, Bucket="models") == "SignatureDoesNotMatch"
    client(store, "serving").list_objects_v2(Bucket="models")


def test_a_right_that_was_not_declared_is_found(store: Store) -> None:
    run(store)
    everything = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": ["arn:aws:s3:::models", "arn:aws:s3:::models/*"],
            }
        ],
    }
    client(store, "root").put_bucket_policy(Bucket="models", Policy=json.dumps(everything))
    found = "; ".join(app.trial.faults(read(store)))
    assert "landing can read models" in found
    assert "nobody can list models" in found
    assert "serving can write models" in found


def test_a_right_that_does_not_work_is_found(store: Store) -> None:
    run(store)
    client(store, "root").delete_bucket_policy(Bucket="models")
    found = "; ".join(app.trial.faults(read(store)))
    assert "signing cannot write models/" in found
    assert "serving cannot read models/" in found


def test_a_store_out_of_reach_is_said_with_the_remedy(store: Store) -> None:
    wanted = read(store, endpoint="https://127.0.0.1:1")
    with pytest.raises(app.declaration.SetupError, match="cannot be reached"):
        app.main_module.setup(wanted, patience_seconds=0, pause_seconds=0)


def test_a_store_that_another_authority_vouches_for_is_not_trusted(store: Store) -> None:
    type(store.authority)().issue(store.folder / "foreign")
    store.trust.write_bytes((store.folder / "foreign" / "ca.crt").read_bytes())
    with pytest.raises(app.declaration.SetupError, match="certificate verify failed"):
        app.main_module.setup(read(store), patience_seconds=0, pause_seconds=0)


def test_a_store_whose_certificate_has_expired_is_refused_until_it_is_renewed(
    store: Store,
) -> None:
    def served() -> str:
        return ssl.get_server_certificate(("127.0.0.1", store.port)).strip()

    def serve(age: timedelta) -> None:
        store.authority.issue(store.folder / "tls", age=age)
        made = (store.folder / "tls" / "tls.crt").read_text().strip()
        deadline = time.monotonic() + 20
        while served() != made and time.monotonic() < deadline:
            time.sleep(0.2)
        assert served() == made

    serve(timedelta(hours=2))
    with pytest.raises(app.declaration.SetupError, match=r"certificate has expired.*certificate"):
        app.main_module.setup(read(store), patience_seconds=0, pause_seconds=0)

    serve(timedelta())
    assert app.main_module.setup(read(store), patience_seconds=10, pause_seconds=0.2)


def test_a_missing_credential_names_the_file_and_who_makes_it(store: Store) -> None:
    (store.folder / "store" / "secret_key").unlink()
    with pytest.raises(app.declaration.SetupError, match=r"store/secret_key.*issuer"):
        read(store)


def test_an_account_under_another_name_is_refused(store: Store) -> None:
    path = store.declare()
    (store.folder / "users" / "serving" / "access_key").write_text("somebody")
    with pytest.raises(app.declaration.SetupError, match="has the access key somebody"):
        app.declaration.read(
            path, store_folder=store.folder / "store", users_folder=store.folder / "users"
        )


def test_a_renewed_certificate_is_served_without_a_restart(store: Store) -> None:
    def served() -> str:
        return ssl.get_server_certificate(("127.0.0.1", store.port))

    before = served()
    store.authority.issue(store.folder / "tls")
    deadline = time.monotonic() + 20
    while served() == before and time.monotonic() < deadline:
        time.sleep(0.2)
    renewed = (store.folder / "tls" / "tls.crt").read_text()
    assert served().strip() == renewed.strip()
    assert "the certificate was renewed" in Path(store.folder / "store.log").read_text()


def test_many_uploads_of_every_size_succeed(store: Store) -> None:
    run(store)
    landing = client(store, "landing")
    for number in range(25):
        for size in (0, 3, 100_000, 2_000_000):
            landing.put_object(Bucket="lake", Key=f"flights/{number}", Body=b"x" * size)


def test_without_a_declaration_it_ends_with_one_clear_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert app.main_module.main([]) == 2
    assert app.main_module.main([str(tmp_path / "declaration.json")]) == 1
    assert "declaration.json cannot be read" in caplog.messages[-1]
    assert "issuer" not in caplog.messages[-1]
