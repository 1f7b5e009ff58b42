import hashlib
import json
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest
from small_model import IMAGE, SMALL

from app import variant as variant_module
from app.architecture import ARCHITECTURES
from app.candidate import Candidate, as_json, upload
from app.evaluation import Interval
from app.job import main
from app.store import Bucket

FILES = {"model.onnx", "contract.json", "metrics.json", "model_card.md", "provenance.json"}
APRIL = "flights/year=2023/month=04/flights.parquet"
MANIFEST = "flights/_manifest.json"


@pytest.fixture
def run(monkeypatch, capsys, object_store, fill, lake_objects, request):
    """Runs the Job as the pod does, with small networks; returns exit code, log, candidates."""
    name = hashlib.sha256(request.node.name.encode()).hexdigest()[:16]
    for one in ARCHITECTURES:
        monkeypatch.setitem(ARCHITECTURES, one, SMALL)
    monkeypatch.setattr(variant_module.evaluation, "RESAMPLES", 20)
    candidates = object_store.make_bucket(f"{name}-candidates")
    made: list[str] = []

    def run(lake: dict[str, bytes] | None = None, **changes: str) -> tuple[int, Any, Any]:
        if not made:
            made.append(fill(f"{name}-lake", lake_objects if lake is None else lake))
        environ = {
            **object_store.environ(),
            "STORE_LAKE": made[0],
            "STORE_CANDIDATES": candidates,
            "MODEL": "delay",
            "VARIANTS": "wide,deep",
            "TRAIN_MONTHS": "1,2,3",
            "HELD_OUT_MONTHS": "4",
            "EPOCHS": "1",
            "SEED": "5",
            "MIZAN_CODE_VERSION": "0.1.0",
            "MIZAN_IMAGE_DIGEST": IMAGE,
            **changes,
        }
        for key, value in environ.items():
            monkeypatch.setenv(key, value)
        code = main()
        log = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        return code, log, object_store.objects(candidates)

    run.candidates = candidates
    return run


@pytest.fixture
def easy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets small networks of a sample pass; whether they should is another test."""
    real = variant_module.evaluation.bootstrap

    def bootstrap(*columns: Any, **how: Any) -> Interval:
        found = real(*columns, **how, resamples=20)
        return Interval(value=abs(found.value), lower=1e-6, upper=1.0)

    monkeypatch.setattr(variant_module.evaluation, "bootstrap", bootstrap)


@pytest.mark.usefixtures("easy")
def test_every_variant_is_offered_whole_and_the_list_names_it(run, lake_objects) -> None:
    code, log, objects = run()
    assert code == 0
    listed = json.loads(objects.pop("delay/candidates.json"))
    assert listed["model"] == "delay"
    assert set(listed["variants"]) == {"wide", "deep"}
    assert log[-1]["versions"] == listed["variants"]
    for name, version in listed["variants"].items():
        folder = f"delay/{name}/{version}"
        files = {
            key.rpartition("/")[2]: body
            for key, body in objects.items()
            if key.startswith(f"{folder}/")
        }
        assert set(files) == FILES
        assert hashlib.sha256(files["model.onnx"]).hexdigest()[:12] == version
        check_documents(name, files, lake_objects)


def check_documents(name: str, files: dict[str, bytes], lake: dict[str, bytes]) -> None:
    contract, metrics, statement = (
        json.loads(files[one]) for one in ("contract.json", "metrics.json", "provenance.json")
    )
    assert [one["name"] for one in contract["outputs"]] == ["probability"]
    assert contract["parity"]["max_abs_difference"] <= contract["parity"]["tolerance"]
    assert contract["parity"]["rows"] == min(10_000, metrics["held_out_rows"])
    assert metrics["train_months"] == [1, 2, 3]
    assert {"pr_auc", "roc_auc", "brier", "log_loss"} <= metrics["network"].keys()
    assert metrics["network"].keys() == metrics["baseline"].keys()
    assert {"value", "lower", "upper"} == metrics["pr_auc_difference"].keys()
    assert [one["name"] for one in metrics["example"]["request"]["inputs"]] == [
        one["name"] for one in contract["inputs"]
    ]
    session = ort.InferenceSession(files["model.onnx"], providers=["CPUExecutionProvider"])
    kinds = {"BYTES": object, "FP32": np.float32}
    asked = {
        one["name"]: np.array(one["data"], dtype=kinds[one["datatype"]]).reshape(one["shape"])
        for one in metrics["example"]["request"]["inputs"]
    }
    (answer,) = session.run(["probability"], asked)
    assert answer.shape == (1, 1)
    assert abs(answer[0, 0] - metrics["example"]["probability"]) <= metrics["example"]["tolerance"]
    assert metrics["throughput"]["training_rows_per_second"] > 0
    assert f"variant {name}" in files["model_card.md"].decode()
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://slsa.dev/provenance/v1"
    assert {one["name"]: one["digest"]["sha256"] for one in statement["subject"]} == {
        one: hashlib.sha256(files[one]).hexdigest() for one in FILES - {"provenance.json"}
    }
    definition = statement["predicate"]["buildDefinition"]
    assert definition["externalParameters"]["variant"] == name
    read = {one["digest"]["sha256"] for one in definition["resolvedDependencies"]}
    months = [key for key in lake if any(f"month=0{month}/" in key for month in (1, 2, 3, 4))]
    wanted = {hashlib.sha256(lake[key]).hexdigest() for key in (*months, MANIFEST)}
    assert read == wanted | {IMAGE.removeprefix("sha256:")}


@pytest.mark.usefixtures("easy")
def test_training_again_gives_the_same_versions_and_writes_nothing(run, object_store) -> None:
    _, _, first = run(VARIANTS="deep")
    before = object_store.modified(run.candidates)
    code, log, second = run(VARIANTS="deep")
    assert code == 0
    assert second == first
    assert object_store.modified(run.candidates) == before
    assert "the same versions as before, nothing written" in log[-1]["message"]


@pytest.mark.parametrize(
    ("file", "damage"),
    [
        ("metrics.json", b"?"),
        ("model.onnx", b"?"),
        ("provenance.json", b""),
        ("provenance.json", b"{}"),
        ("provenance.json", b'{"subject": [], "predicate": {"buildDefinition": {"by": "me"}}}'),
    ],
)
def test_a_damaged_version_is_written_again(object_store, request, file, damage) -> None:
    name = hashlib.sha256(request.node.name.encode()).hexdigest()[:16]
    settings = {"endpoint": object_store.endpoint, "region": "me-central-1"}
    object_store.make_bucket(name)
    bucket = Bucket(name, **settings, credentials=object_store.mounts / "store")
    files = {"model.onnx": b"model", "metrics.json": b"{}"}
    statement = {
        "subject": [
            {"name": one, "digest": {"sha256": hashlib.sha256(body).hexdigest()}}
            for one, body in files.items()
        ],
        "predicate": {"buildDefinition": {"by": "us"}},
    }
    made = Candidate(
        model="delay", variant="deep", files={**files, "provenance.json": as_json(statement)}
    )
    assert upload(bucket, made)
    assert not upload(bucket, made)
    bucket.write(f"{made.folder}/{file}", damage)
    assert upload(bucket, made)
    assert bucket.read(f"{made.folder}/{file}") == made.files[file]
    assert not upload(bucket, made)


def test_a_network_that_does_not_beat_the_baseline_is_not_offered(run) -> None:
    code, log, objects = run(EPOCHS="1", TRAIN_MONTHS="1", HELD_OUT_MONTHS="2")
    assert code == 70
    assert log[-1]["level"] == "error"
    assert "does not beat the logistic baseline" in log[-1]["message"]
    assert objects == {}


def test_a_changed_month_is_refused(run, lake_objects) -> None:
    changed = {**lake_objects, APRIL: lake_objects[APRIL][:-1] + b"?"}
    code, log, objects = run(changed)
    assert code == 65
    assert f"{APRIL} has SHA-256" in log[-1]["message"]
    assert objects == {}


@pytest.mark.parametrize(
    ("gone", "reason"),
    [(MANIFEST, "is missing: land the data first"), (APRIL, "land the data again")],
)
def test_missing_data_are_named(run, lake_objects, gone, reason) -> None:
    code, log, _ = run({key: body for key, body in lake_objects.items() if key != gone})
    assert code == 65
    assert gone in log[-1]["message"]
    assert reason in log[-1]["message"]


def relisted(lake: dict[str, bytes], **changes: Any) -> dict[str, bytes]:
    manifest = json.loads(lake[MANIFEST])
    for one in manifest["files"]:
        if one["key"] == APRIL:
            one.update(changes)
    return {**lake, MANIFEST: as_json(manifest)}


def test_a_manifest_with_another_count_of_rows_is_refused(run, lake_objects) -> None:
    code, log, _ = run(relisted(lake_objects, rows=1))
    assert code == 65
    assert "manifest says 1" in log[-1]["message"]


def test_a_file_that_is_not_a_table_is_refused(run, lake_objects) -> None:
    digest = hashlib.sha256(b"nonsense").hexdigest()
    code, log, _ = run({**relisted(lake_objects, sha256=digest), APRIL: b"nonsense"})
    assert code == 65
    assert f"{APRIL} cannot be read" in log[-1]["message"]


def test_a_month_that_was_never_landed_is_named(run) -> None:
    code, log, _ = run(HELD_OUT_MONTHS="11")
    assert code == 65
    assert "lists no month 11" in log[-1]["message"]


def test_a_manifest_that_is_none_is_refused(run, lake_objects) -> None:
    code, log, _ = run({**lake_objects, MANIFEST: b'{"files": [{}]}'})
    assert code == 65
    assert "is not a manifest" in log[-1]["message"]


def test_a_missing_bucket_is_one_clear_line(run) -> None:
    code, log, _ = run(STORE_LAKE="no-such-bucket")
    assert code == 69
    assert "the bucket does not exist" in log[-1]["message"]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("STORE_ENDPOINT", "http://store", "give https"),
        ("STORE_REGION", "", "STORE_REGION=''"),
        ("STORE_CANDIDATES", "X", "bucket name"),
        ("MODEL", "Delay!", "lower-case"),
        ("VARIANTS", "wide,tall", "give some of wide, deep"),
        ("VARIANTS", "wide,wide", "each once"),
        ("TRAIN_MONTHS", "", "months such as"),
        ("TRAIN_MONTHS", "0,1", "from 1 to 12"),
        ("TRAIN_MONTHS", "1,1", "each once"),
        ("HELD_OUT_MONTHS", "3", "do not all come after"),
        ("EPOCHS", "0", "at least 1"),
        ("SEED", "-1", "at least 0"),
        ("MIZAN_CODE_VERSION", "", "the version of the code"),
        ("MIZAN_IMAGE_DIGEST", "latest", "sha256:"),
    ],
)
def test_a_wrong_setting_is_refused(run, name, value, reason) -> None:
    code, log, _ = run({}, **{name: value})
    assert code == 78
    assert name in log[-1]["message"]
    assert reason in log[-1]["message"]


def test_a_half_mounted_credential_is_named(run, tmp_path) -> None:
    (tmp_path / "store").mkdir()
    code, log, _ = run({}, MOUNT_ROOT=str(tmp_path))
    assert code == 78
    assert "access_key is missing" in log[-1]["message"]
