"""Copying between two buckets, cut off and gone on with."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def copy(program, s3):
    return lambda: program.copying.Copy(s3, "lake", s3, "copy", ("*/release",)).run()


@pytest.fixture
def contents(program, s3):
    """What every version of a key says, oldest first; None for a deletion."""

    def read(bucket, key):
        return [
            None if version.marker else
            s3.get_object(Bucket=bucket, Key=key, VersionId=version.id)["Body"].read()
            for version in dict(program.history.histories(s3, bucket))[key]
        ]  # fmt: skip

    return read


def test_every_version_arrives_in_order_with_what_was_said_of_it(s3, copy, contents):
    for body in (b"one", b"two"):
        s3.put_object(Bucket="lake", Key="a/b", Body=body, ContentType="text/csv",
                      Metadata={"month": "7"})  # fmt: skip

    done = copy()

    assert contents("copy", "a/b") == [b"one", b"two"]
    told = s3.head_object(Bucket="copy", Key="a/b")
    assert (told["ContentType"], told["Metadata"]["month"]) == ("text/csv", "7")
    assert done.keys == {"a/b": hashlib.sha256(b"two").hexdigest()}
    assert (done.versions, done.bytes, done.failures) == (2, 6, [])


def test_a_second_run_copies_nothing_and_tells_the_same_digest(s3, copy):
    for number in range(30):
        s3.put_object(Bucket="lake", Key=f"part-{number}", Body=b"%d" % number)
    first = copy()

    second = copy()

    assert (first.versions, second.versions) == (30, 0)
    assert first.digest == second.digest
    assert len(second.keys) == 30


def test_a_deletion_hides_the_copy_and_destroys_nothing(s3, copy, contents):
    s3.put_object(Bucket="lake", Key="a", Body=b"one")
    copy()
    s3.delete_object(Bucket="lake", Key="a")

    assert copy().keys == {}
    assert copy().versions == 0
    assert contents("copy", "a") == [b"one", b"", None]


def test_a_deletion_that_was_cut_off_is_marked_by_the_next_run(s3, copy, monkeypatch):
    s3.put_object(Bucket="lake", Key="a", Body=b"one")
    copy()
    s3.delete_object(Bucket="lake", Key="a")
    with monkeypatch.context() as broken:
        failing(s3, broken, "delete_object", 0)
        assert "SlowDown" in copy().failures[0]

    assert copy().keys == {}
    assert "Contents" not in s3.list_objects_v2(Bucket="copy")
    assert copy().versions == 0


def test_what_the_source_lost_altogether_stays_in_the_copy(s3, copy, contents):
    made = s3.put_object(Bucket="lake", Key="a", Body=b"one")
    copy()
    s3.delete_object(Bucket="lake", Key="a", VersionId=made["VersionId"])

    copy()

    assert contents("copy", "a") == [b"one"]


def failing(s3, monkeypatch, operation, after):
    """Let the calls of an operation fail when some have gone through."""
    real, calls = getattr(s3, operation), []

    def call(*args, **given):
        calls.append(given)
        if len(calls) > after:
            raise ClientError({"Error": {"Code": "SlowDown", "Message": "later"}}, operation)
        return real(*args, **given)

    monkeypatch.setattr(s3, operation, call)


def test_a_run_that_was_cut_off_is_completed_by_the_next(s3, copy, contents, monkeypatch):
    for number in range(10):
        s3.put_object(Bucket="lake", Key=f"part-{number}", Body=b"one")
        s3.put_object(Bucket="lake", Key=f"part-{number}", Body=b"two")
    with monkeypatch.context() as broken:
        failing(s3, broken, "upload_fileobj", 7)
        cut = copy()
    assert len(cut.failures) >= 5
    assert "SlowDown" in cut.failures[0]

    done = copy()

    assert cut.versions + done.versions == 20
    assert all(contents("copy", f"part-{number}") == [b"one", b"two"] for number in range(10))


def test_what_names_other_objects_arrives_after_them_or_not_at_all(s3, copy, monkeypatch):
    for key in ("m/a", "m/release", "m/z"):
        s3.put_object(Bucket="lake", Key=key, Body=b"one")
    with monkeypatch.context() as broken:
        failing(s3, broken, "upload_fileobj", 1)
        assert copy().failures
    held = {one["Key"] for one in s3.list_objects_v2(Bucket="copy")["Contents"]}
    assert "m/release" not in held

    assert set(copy().keys) == {"m/a", "m/release", "m/z"}


def test_a_copy_that_arrived_otherwise_is_told_and_made_anew(s3, copy, monkeypatch):
    s3.put_object(Bucket="lake", Key="a", Body=b"one")
    with monkeypatch.context() as broken:
        real = s3.upload_fileobj

        def wrong(spool, *args, **given):
            spool.seek(1)
            return real(spool, *args, **given)

        broken.setattr(s3, "upload_fileobj", wrong)
        assert "SHA-256" in copy().failures[0]

    assert copy().failures == []
    assert s3.get_object(Bucket="copy", Key="a")["Body"].read() == b"one"


def test_the_report_says_whether_everything_is_there(program, s3, copy):
    s3.put_object(Bucket="lake", Key="a", Body=b"one")
    done = copy()
    started = datetime.now(UTC)

    report = program.report.document(started, {"lake": done}, "")
    program.report.write(s3, "reports", report)
    half = program.report.document(started, {"lake": done}, "bucket models: gone")
    program.report.write(s3, "reports", half)

    def held(key):
        return json.loads(s3.get_object(Bucket="reports", Key=key)["Body"].read())

    assert held(program.report.COMPLETE) == report
    assert held(program.report.LATEST) == half
    assert (report["complete"], half["complete"]) == (True, False)
    assert report["buckets"]["lake"]["sha256"] == done.digest


def test_no_server_is_asked_without_tls(program, tmp_path):
    document = {
        "source": {"endpoint": "http://there", "region": "r"},
        "target": {"endpoint": "https://here", "region": "r"},
        "buckets": {},
        "report_bucket": "reports",
        "pointers": [],
        "locked_days": 0,
    }
    path = tmp_path / "declaration.json"
    path.write_text(json.dumps(document))

    with pytest.raises(program.declaration.CopyError, match="https://"):
        program.declaration.read(path)


def test_a_bucket_that_cannot_be_listed_does_not_hold_up_the_others(program, s3, monkeypatch):
    s3.put_object(Bucket="lake", Key="a", Body=b"one")
    server = program.declaration.Server(
        endpoint="https://s3.me-central-1.amazonaws.com", region="me-central-1",
        access_key="a", secret_key="", session_token=None, authority=None,
    )  # fmt: skip
    wanted = program.declaration.Declaration(
        source=server, target=server, report_bucket="reports", pointers=(), locked_days=0,
        buckets={"absent": "copy-of-absent", "lake": "copy"},
    )  # fmt: skip

    told = program.main_module.replicate(wanted)

    assert told["complete"] is False
    assert "absent" in told["fault"]
    assert told["buckets"]["lake"]["versions_copied"] == 1


def test_without_a_bucket_for_reports_none_is_written(program, s3):
    s3.put_object(Bucket="lake", Key="a", Body=b"one")
    server = program.declaration.Server(
        endpoint="https://s3.me-central-1.amazonaws.com", region="me-central-1",
        access_key="a", secret_key="", session_token=None, authority=None,
    )  # fmt: skip
    wanted = program.declaration.Declaration(
        source=server, target=server, report_bucket=None, buckets={"lake": "copy"}, pointers=(),
        locked_days=0,
    )  # fmt: skip

    assert program.main_module.replicate(wanted)["complete"]
    assert "Contents" not in s3.list_objects_v2(Bucket="reports")


@pytest.mark.parametrize(("bucket", "said"), [("reports", True), (None, False)])
def test_only_a_run_over_all_buckets_says_that_everything_is_here(
    program, s3, tmp_path, monkeypatch, caplog, bucket, said
):
    server = program.declaration.Server(
        endpoint="https://s3.me-central-1.amazonaws.com", region="me-central-1",
        access_key="a", secret_key="", session_token=None, authority=None,
    )  # fmt: skip
    wanted = program.declaration.Declaration(
        source=server, target=server, report_bucket=bucket, buckets={"lake": "copy"}, pointers=(),
        locked_days=0,
    )  # fmt: skip
    monkeypatch.setattr(program.main_module.declaration, "read", lambda path: wanted)

    with caplog.at_level("INFO"):
        assert program.main_module.main([str(tmp_path)]) == 0

    assert ("complete everything written before" in caplog.text) is said
