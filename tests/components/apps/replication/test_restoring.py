"""A copy is a backup: nobody deletes it before its time, and what it holds can be restored."""

import hashlib
import json
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.components.apps.certificates import LoopbackAuthority
from tests.components.apps.loading import load
from tests.components.apps.object_store import ROOT, mount, serving
from tests.components.apps.toolchain import free_port

DAYS = 90
ROUNDS = range(5)
"""One copy for each test, since nothing in one is ever deleted."""
HERE = [*(f"{bucket}-{each}" for bucket in ("copy", "restored") for each in ROUNDS), "reports"]
setup = load("object_store/setup", "declaration", "store")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A real store, with rights and locks as the second site has them."""
    folder, port = tmp_path_factory.mktemp("site"), free_port()
    with serving(folder, LoopbackAuthority(), port):
        document = {
            "endpoint": f"https://127.0.0.1:{port}",
            "region": "me-central-1",
            "buckets": HERE,
            "locked_days": {f"copy-{each}": DAYS for each in ROUNDS},
            "users": ["replication"],
            "grants": [
                {"user": "replication", "bucket": bucket, "access": access, "prefix": ""}
                for bucket in HERE
                for access in ("read", "write")
            ],
        }
        (folder / "store.json").write_text(json.dumps(document))
        mount(folder / "root", *ROOT)
        mount(folder / "replication", "replication", "replication-secret")
        for name in ("root", "replication"):
            (folder / name / "ca.crt").write_bytes((folder / "tls" / "ca.crt").read_bytes())
        wanted = setup.declaration.read(
            folder / "store.json", store_folder=folder / "root", users_folder=folder
        )
        setup.store.reconcile(wanted)
        yield folder, iter(ROUNDS)


@dataclass(frozen=True)
class Drill:
    """A bucket of the region, its copy, and an empty bucket to restore it into."""

    program: SimpleNamespace
    lake: Any
    root: Any
    wanted: Any
    copy: str
    restored: str

    def replicate(self):
        told = self.program.main_module.replicate(self.wanted)
        assert told["complete"], told
        return told

    def restore(self, moment=None):
        return self.program.main_module.restore(
            self.wanted, self.copy, self.restored, moment or datetime.now(UTC)
        )


@pytest.fixture
def drill(program, site, s3):
    """The region's store is played by moto: a real one of its own kind tells when it deleted."""
    folder, rounds = site
    each = next(rounds)
    store = json.loads((folder / "store.json").read_text())
    own = program.declaration.Server(
        endpoint=store["endpoint"], region=store["region"], session_token=None,
        access_key="replication", secret_key="replication-secret",  # noqa: S106 - a test's own
        authority=folder / "tls" / "ca.crt",
    )  # fmt: skip
    there = replace(own, endpoint="https://s3.me-central-1.amazonaws.com", authority=None)
    wanted = program.declaration.Declaration(
        source=there, target=own, buckets={"lake": f"copy-{each}"}, report_bucket="reports",
        pointers=(), locked_days=DAYS,
    )  # fmt: skip
    root = replace(own, access_key=ROOT[0], secret_key=ROOT[1]).client()
    return Drill(program, s3, root, wanted, f"copy-{each}", f"restored-{each}")


def contents(client, bucket):
    return {
        entry["Key"]: client.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
        for entry in client.list_objects_v2(Bucket=bucket).get("Contents", [])
    }


def between_two_seconds():
    """A moment of the store's own clock, which tells full seconds, between two writes."""
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    time.sleep((moment - datetime.now(UTC)).total_seconds() + 0.05)
    return moment - timedelta(milliseconds=1)


def test_a_bucket_is_restored_as_it_was_at_a_moment(drill):
    drill.lake.put_object(Bucket="lake", Key="a", Body=b"one", ContentType="text/csv",
                          Metadata={"month": "7"})  # fmt: skip
    drill.lake.put_object(Bucket="lake", Key="b", Body=bytes(9 * 2**20))
    drill.lake.put_object(Bucket="lake", Key="gone", Body=b"gone")
    drill.lake.delete_object(Bucket="lake", Key="gone")
    drill.replicate()
    was, moment = contents(drill.lake, "lake"), between_two_seconds()
    drill.lake.put_object(Bucket="lake", Key="a", Body=b"spoilt")
    drill.lake.delete_object(Bucket="lake", Key="b")
    drill.lake.put_object(Bucket="lake", Key="c", Body=b"new")
    drill.replicate()

    done = drill.restore(moment)

    assert done.failures == []
    found = contents(drill.root, drill.restored)
    assert found == was
    lines = "".join(f"{key} {hashlib.sha256(found[key]).hexdigest()}\n" for key in sorted(found))
    assert done.digest == hashlib.sha256(lines.encode()).hexdigest()
    said = drill.root.head_object(Bucket=drill.restored, Key="a")
    assert (said["ContentType"], said["Metadata"]) == ("text/csv", {"month": "7"})


def test_what_is_there_now_has_the_digest_that_the_copying_told(drill):
    for number in range(20):
        drill.lake.put_object(Bucket="lake", Key=f"part-{number}", Body=b"%d" % number)
    told = drill.replicate()

    assert drill.restore().digest == told["buckets"]["lake"]["sha256"]


def test_nothing_is_restored_over_what_a_bucket_holds(drill):
    drill.root.put_object(Bucket=drill.restored, Key="mine", Body=b"mine")

    with pytest.raises(drill.program.declaration.CopyError, match="is not empty"):
        drill.restore()
    with pytest.raises(drill.program.declaration.CopyError, match=f"allowed: {drill.copy}"):
        replace(drill, copy="lake").restore()


def test_an_administrator_cannot_delete_a_copy_or_shorten_its_lock(drill):
    drill.lake.put_object(Bucket="lake", Key="kept", Body=b"kept")
    drill.replicate()
    (held,) = drill.root.list_object_versions(Bucket=drill.copy)["Versions"]
    version = {"Bucket": drill.copy, "Key": "kept", "VersionId": held["VersionId"]}
    # Also when the bucket's own rule is gone: each version carries its lock.
    drill.root.put_object_lock_configuration(
        Bucket=drill.copy, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"}
    )
    tomorrow = {"Mode": "COMPLIANCE", "RetainUntilDate": datetime.now(UTC) + timedelta(days=1)}

    for attempt in (
        lambda: drill.root.delete_object(**version),
        lambda: drill.root.delete_object(**version, BypassGovernanceRetention=True),
        lambda: drill.root.put_object_retention(**version, Retention=tomorrow),
    ):
        with pytest.raises(ClientError, match="object lock"):
            attempt()
    assert drill.root.get_object(**version)["Body"].read() == b"kept"


def test_a_lock_is_made_longer_before_its_days_are_over(drill, monkeypatch):
    drill.lake.put_object(Bucket="lake", Key="long", Body=b"long")
    drill.replicate()

    def until():
        return drill.root.head_object(Bucket=drill.copy, Key="long")["ObjectLockRetainUntilDate"]

    first = until()
    drill.replicate()
    assert until() == first

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(days=DAYS + 1)

    monkeypatch.setattr(drill.program.copying, "datetime", Later)
    drill.replicate()
    assert until() - first > timedelta(days=DAYS)


@pytest.mark.parametrize("moment", ["yesterday", "2026-03-01T04:00:00"])
def test_a_moment_without_its_zone_is_refused(program, caplog, moment):
    assert program.main_module.main(["restore", "x.json", "a", "b", moment]) == 1
    assert "allowed: one like 2026-03-01T04:00:00+00:00" in caplog.messages[-1]


def test_words_that_mean_nothing_are_answered_with_those_that_do(program, caplog):
    assert program.main_module.main([]) == 2
    assert "restore DECLARATION.json COPY BUCKET" in caplog.messages[-1]
