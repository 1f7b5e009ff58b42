"""The Job against a real object store."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from model_signing import hashing, verifying
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey
from servers import REGION, ObjectStore
from signed_model import Authority, sha256

from app import job
from app.candidate import read_candidates
from app.failure import CandidateError, ConfigurationError, StoreError
from app.release import ALL_FILES
from app.settings import Settings
from app.signature import SigningKey
from app.store import Store

RELEASE = "delay/release.dsse.json"
Environ = dict[str, str]


def released(store: ObjectStore, environ: Environ) -> dict[str, Any]:
    envelope = json.loads(store.contents(environ["STORE_MODELS"])[RELEASE])
    document: dict[str, Any] = json.loads(Envelope.from_dict(envelope).payload)
    return document


def test_signs_what_anybody_with_the_public_key_can_check(
    environ: Environ, store: ObjectStore, authority: Authority, tmp_path: Path
) -> None:
    line = job.run(environ)
    assert line.startswith("signed: delay (deep ")
    assert line.endswith(authority.keyid)
    objects = store.contents(environ["STORE_MODELS"])
    public = serialization.load_pem_public_key(authority.public_file.read_bytes())
    key = SSlibKey.from_crypto(public, keyid=authority.keyid)
    release = Envelope.from_dict(json.loads(objects[RELEASE]))
    assert list(release.verify([key], 1)) == [authority.keyid]
    document = json.loads(release.payload)
    assert document["signed_by"] == authority.keyid
    for variant, one in document["variants"].items():
        assert one["path"] == f"delay/{variant}/{one['version']}"
        folder = tmp_path / variant
        folder.mkdir()
        for name in ALL_FILES:
            body = objects[f"{one['path']}/{name}"]
            assert sha256(body) == one["files"][name]
            (folder / name).write_bytes(body)
        envelope = Envelope.from_dict(json.loads((folder / "provenance.dsse.json").read_bytes()))
        assert envelope.verify([key], 1)
        assert envelope.payload == (folder / "provenance.json").read_bytes()
        ignored = [folder / "model.sig", folder / "provenance.dsse.json"]
        verifying.Config().use_elliptic_key_verifier(
            public_key=authority.public_file
        ).set_hashing_config(
            hashing.Config().set_ignored_paths(paths=ignored, ignore_git_paths=False)
        ).verify(folder, folder / "model.sig")


def test_a_second_run_writes_nothing_and_says_so(environ: Environ, store: ObjectStore) -> None:
    job.run(environ)
    before = store.contents(environ["STORE_MODELS"])
    line = job.run(environ)
    assert line.startswith("unchanged: delay (deep ")
    assert line.endswith("is released and verifies, nothing written")
    assert store.contents(environ["STORE_MODELS"]) == before


@pytest.mark.parametrize("name", [*ALL_FILES, "release"])
def test_a_damaged_release_is_signed_again(environ: Environ, store: ObjectStore, name: str) -> None:
    job.run(environ)
    good = released(store, environ)["variants"]["wide"]
    key = RELEASE if name == "release" else f"{good['path']}/{name}"
    store.put(environ["STORE_MODELS"], {key: b"{}"})
    assert job.run(environ).startswith("signed: ")
    assert job.run(environ).startswith("unchanged: ")


def test_a_missing_file_or_another_key_is_signed_again(
    environ: Environ, store: ObjectStore, tmp_path: Path
) -> None:
    job.run(environ)
    path = released(store, environ)["variants"]["wide"]["path"]
    store.client.delete_object(Bucket=environ["STORE_MODELS"], Key=f"{path}/model.sig")
    assert job.run(environ).startswith("signed: ")
    other = Authority(tmp_path / "other")
    shutil.copy(other.key_file, Path(environ["MOUNT_ROOT"]) / "signing" / "signing.key")
    assert job.run(environ).endswith(other.keyid)
    assert released(store, environ)["signed_by"] == other.keyid


def test_an_old_release_is_renewed_where_asked_for(environ: Environ, store: ObjectStore) -> None:
    job.run(environ)
    assert job.run(environ | {"RELEASE_RENEW_DAYS": "30"}).startswith("unchanged: ")
    candidates = Settings.from_environment(environ).candidates
    assert candidates == environ["STORE_CANDIDATES"]
    key = SigningKey(Path(environ["MOUNT_ROOT"]) / "signing" / "signing.key")
    old = released(store, environ) | {"signed_at": "2020-01-01T00:00:00+00:00"}
    sealed = key.seal(json.dumps(old).encode(), "application/vnd.mizan.release+json")
    store.put(environ["STORE_MODELS"], {RELEASE: sealed})
    assert job.run(environ).startswith("unchanged: ")
    assert job.run(environ | {"RELEASE_RENEW_DAYS": "30"}).startswith("signed: ")


def test_a_retracted_variant_leaves_the_release(environ: Environ, store: ObjectStore) -> None:
    job.run(environ)
    offered = json.loads(store.contents(environ["STORE_CANDIDATES"])["delay/candidates.json"])
    del offered["variants"]["deep"]
    store.put(environ["STORE_CANDIDATES"], {"delay/candidates.json": json.dumps(offered).encode()})
    assert job.run(environ).startswith("signed: delay (wide ")
    assert set(released(store, environ)["variants"]) == {"wide"}


def test_one_bad_variant_means_that_nothing_is_written(
    environ: Environ, store: ObjectStore
) -> None:
    objects = store.contents(environ["STORE_CANDIDATES"])
    key = next(key for key in objects if key.endswith("model.onnx") and "/wide/" in key)
    flipped = bytearray(objects[key])
    flipped[100] ^= 1
    store.put(environ["STORE_CANDIDATES"], {key: bytes(flipped)})
    with pytest.raises(CandidateError, match=f"^{key}: has SHA-256"):
        job.run(environ)
    assert store.contents(environ["STORE_MODELS"]) == {}


@pytest.mark.parametrize("name", ["candidates.json", "model_card.md", "provenance.json"])
def test_an_incomplete_candidate_is_refused(
    environ: Environ, store: ObjectStore, name: str
) -> None:
    bucket = environ["STORE_CANDIDATES"]
    key = next(key for key in store.contents(bucket) if key.endswith(name))
    store.client.delete_object(Bucket=bucket, Key=key)
    with pytest.raises(CandidateError, match=f"^{key}: is missing in bucket {bucket}"):
        job.run(environ)


@pytest.mark.parametrize(
    ("offered", "reason"),
    [
        ({"model": "other", "variants": {"wide": "0" * 12}}, "does not offer variants of model"),
        ({"model": "delay", "variants": {}}, "does not offer variants"),
        ({"model": "delay", "variants": ["wide"]}, "does not offer variants"),
        ({"model": "delay", "variants": {"../x": "0" * 12}}, "has variant '../x'"),
        ({"model": "delay", "variants": {"wide": "../../x"}}, "with version '../../x'"),
        ({"model": "delay", "variants": {"wide": None}}, "with version None"),
    ],
)
def test_an_offer_that_makes_no_sense_is_refused(
    environ: Environ, store: ObjectStore, offered: Any, reason: str
) -> None:
    body = json.dumps(offered).encode()
    store.put(environ["STORE_CANDIDATES"], {"delay/candidates.json": body})
    with pytest.raises(CandidateError, match=r"^delay/candidates\.json: ") as caught:
        job.run(environ)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("MODEL", "", "MODEL is not set"),
        ("MODEL", "../x", "give lower-case letters"),
        ("STORE_REGION", "", "STORE_REGION is not set"),
        ("STORE_CANDIDATES", "", "STORE_CANDIDATES is not set"),
        ("RELEASE_RENEW_DAYS", "soon", "give a whole number of days"),
    ],
)
def test_a_wrong_setting_is_named(environ: Environ, name: str, value: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        job.run(environ | {name: value})


def encoded(key: Any) -> bytes:
    return bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot be read"),
        (b"secret nonsense", "is not a PEM private key"),
        (encoded(ec.generate_private_key(ec.SECP384R1())), "is not an EC P-256 private key"),
    ],
)
def test_only_a_p256_private_key_signs_and_nothing_of_it_is_said(
    environ: Environ, content: bytes | None, reason: str
) -> None:
    path = Path(environ["MOUNT_ROOT"]) / "signing" / "signing.key"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=rf"signing\.key: {reason}") as caught:
        job.run(environ)
    assert "secret" not in str(caught.value)


def test_a_store_that_does_not_answer_or_refuses_is_named(
    environ: Environ, store: ObjectStore, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match=r"delay/candidates\.json: cannot be read: Could not"):
        job.run(environ | {"STORE_ENDPOINT": "https://127.0.0.1:9"})
    with pytest.raises(StoreError, match=r"nowhere/delay/candidates\.json: cannot be read"):
        job.run(environ | {"STORE_CANDIDATES": "nowhere"})
    access = Store(endpoint=store.endpoint, region=REGION, credentials=store.credentials)
    with pytest.raises(StoreError, match="nowhere/x: cannot be written"):
        access.write("nowhere", "x", b"")
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "access_key").write_text("a")
    with pytest.raises(ConfigurationError, match="secret_key is missing"):
        Store(endpoint="", region=REGION, credentials=tmp_path / "half")


def test_an_object_larger_than_any_model_is_refused(
    environ: Environ, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.store.LARGEST", 5)
    access = Store(endpoint=store.endpoint, region=REGION, credentials=store.credentials)
    with pytest.raises(StoreError, match="bytes, 5 are allowed"):
        read_candidates(access, environ["STORE_CANDIDATES"], "delay")


@pytest.mark.parametrize(
    ("change", "code", "start"),
    [
        ({}, 0, "signed: delay"),
        ({"MODEL": ""}, 78, "refused: MODEL is not set"),
        ({"MODEL": "other"}, 65, "refused: other/candidates.json: is missing in bucket"),
        ({"STORE_CANDIDATES": "nowhere"}, 69, "refused: nowhere/"),
    ],
)
def test_the_program_ends_with_one_clear_line_and_its_code(
    environ: Environ, change: dict[str, str], code: int, start: str
) -> None:
    folder = Path(job.__file__).parents[1]
    told = environ | change | {"PATH": os.environ["PATH"]}
    ran = subprocess.run(
        [sys.executable, "-m", "app"],
        cwd=folder,
        env=told,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == code, ran.stderr
    assert ran.stdout.splitlines()[-1].startswith(start)
    assert "Traceback" not in ran.stderr


def test_main_says_what_it_did_or_why_not(
    environ: Environ, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert job.main() == 0
    monkeypatch.setenv("MODEL", "")
    assert job.main() == 78

    def full(_: object) -> str:
        raise OSError(28, "No space left on device", "/scratch/model")

    monkeypatch.setattr(job, "run", full)
    assert job.main() == 74
    lines = capfd.readouterr().out.splitlines()
    assert lines[-2:] == [
        "refused: MODEL is not set in the Job's environment",
        "failed: /scratch/model: No space left on device",
    ]
