"""The start in process: settings, download, refusal; and the server's own hooks."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servers import REGION, ObjectStore, gateway, write_certificate

from app import startup
from app.failure import ConfigurationError, StoreError, VerificationError
from app.journal import Journal
from app.repository import Repository
from app.server import ModelServer, check_certificate, prepare_environment
from app.settings import Settings
from app.worker import VERIFIED, create, model_folder


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("MODEL", "", "MODEL is not set"),
        ("STORE_MODELS", "", "STORE_MODELS is not set"),
        ("EXPERIMENT_SALT", "", "EXPERIMENT_SALT is not set"),
        ("PORT", "https", "PORT='https': give a whole number from 1 to 65535"),
        ("PORT", "70000", "PORT='70000'"),
        ("QUEUE_LIMIT", "0", "QUEUE_LIMIT='0': give a whole number from 1"),
        ("VARIANT_WEIGHTS", "80/20", "VARIANT_WEIGHTS is not JSON"),
        ("VARIANT_WEIGHTS", "[80]", "give an object such as"),
        ("VARIANT_WEIGHTS", '{"wide": 80, "deep": 30}', "add up to 110, not to 100"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_allowed(
    environ: dict[str, str], name: str, value: str, message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message.replace("[", r"\[")):
        Settings.from_environment(environ | {name: value})


def test_the_defaults_are_those_of_a_pod() -> None:
    told = {
        "MODEL": "delay",
        "STORE_REGION": REGION,
        "STORE_MODELS": "models",
        "VARIANT_WEIGHTS": '{"wide": 100}',
        "EXPERIMENT_SALT": "x",
    }
    settings = Settings.from_environment(told)
    assert (settings.host, settings.port) == ("0.0.0.0", 8443)  # noqa: S104 - what a pod listens on
    assert settings.certificate == Path("/etc/mizan/tls/tls.crt")
    assert settings.trusted_key == Path("/etc/mizan/verification/signing.pub")


def test_fetch_downloads_and_verifies_every_variant(
    settings: Settings, objects: dict[str, bytes], capfd: pytest.CaptureFixture[str]
) -> None:
    release = startup.fetch(settings, Journal())
    for variant, released in release.variants.items():
        model = (model_folder(settings, variant) / "model.onnx").read_bytes()
        assert model == objects[f"{released.path}/model.onnx"]
    verified = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [line["variant"] for line in verified] == ["deep", "wide"]


@pytest.fixture
def repository(store: ObjectStore, signed_bucket: str) -> Repository:
    return Repository(
        endpoint=store.endpoint, region=REGION, bucket=signed_bucket, credentials=store.credentials
    )


def test_a_missing_object_is_named(repository: Repository) -> None:
    with pytest.raises(VerificationError, match=r"^delay/none: is missing in bucket signed"):
        repository.read("delay/none")


def test_an_object_larger_than_allowed_is_refused_unread(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.repository.LARGEST_DOCUMENT", 10)
    with pytest.raises(VerificationError, match="bytes, 10 are allowed"):
        repository.read("delay/release.dsse.json")


def test_a_store_that_does_not_answer_is_no_verification_failure(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    nobody = Repository(
        endpoint="https://127.0.0.1:9", region=REGION, bucket="b", credentials=store.credentials
    )
    with pytest.raises(StoreError, match="bucket b, k: Could not connect"):
        nobody.read("k")


def test_a_store_with_a_foreign_certificate_is_not_trusted(
    store: ObjectStore, tmp_path: Path
) -> None:
    credentials = tmp_path / "store"
    shutil.copytree(store.credentials, credentials)
    shutil.copy(write_certificate(tmp_path / "tls") / "ca.crt", credentials / "ca.crt")
    foreign = Repository(
        endpoint=store.endpoint, region=REGION, bucket="signed", credentials=credentials
    )
    with pytest.raises(StoreError, match="SSL validation failed"):
        foreign.read("delay/release.dsse.json")


@pytest.mark.skipif(gateway() is None, reason="the stand-in for the S3 server checks no secret")
def test_a_wrong_secret_is_named(store: ObjectStore, tmp_path: Path, signed_bucket: str) -> None:
    credentials = tmp_path / "store"
    shutil.copytree(store.credentials, credentials)
    (credentials / "secret_key").write_text("wrong")
    stranger = Repository(
        endpoint=store.endpoint, region=REGION, bucket=signed_bucket, credentials=credentials
    )
    with pytest.raises((StoreError, VerificationError), match=r"delay/release\.dsse\.json"):
        stranger.read("delay/release.dsse.json")


def test_half_a_credential_is_refused(tmp_path: Path) -> None:
    (tmp_path / "access_key").write_text("a")
    with pytest.raises(ConfigurationError, match="secret_key is missing"):
        Repository(endpoint="", region=REGION, bucket="b", credentials=tmp_path)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Stops the start where the listener would begin."""
    calls: list[Any] = []
    monkeypatch.setattr(ModelServer, "serve", lambda self, **options: calls.append(options))
    monkeypatch.setenv(VERIFIED, "")
    return iter([calls])


@pytest.fixture
def told(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("OMP_NUM_THREADS", "")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "")
    return environ


def test_main_hands_the_verified_release_to_the_worker(
    told: dict[str, str], served: Iterator[list[Any]], capfd: pytest.CaptureFixture[str]
) -> None:
    assert startup.main() == 0
    assert next(served) == [{"target_loader": create, "wrap_loader": False}]
    assert create().api.title == "Mizan model server"
    events = [json.loads(line)["event"] for line in capfd.readouterr().out.splitlines()]
    assert events == ["verified", "verified", "serving"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"STORE_MODELS": "nowhere"},
            (78, "delay/release.dsse.json: is missing in bucket nowhere"),
        ),
        ({"VARIANT_WEIGHTS": '{"tall": 100}'}, (78, "VARIANT_WEIGHTS names tall")),
        ({"STORE_ENDPOINT": "https://127.0.0.1:9"}, (69, "Could not connect")),
        ({"SCRATCH": "/proc/nothing"}, (74, "/proc/nothing")),
        ({"MODEL": ""}, (78, "MODEL is not set")),
    ],
)
def test_main_ends_with_one_reason_and_its_code(
    told: dict[str, str],
    capfd: pytest.CaptureFixture[str],
    change: dict[str, str],
    expected: tuple[int, str],
) -> None:
    code, message = expected
    os.environ.update(change)  # `told` puts everything back
    assert startup.main() == code
    last = json.loads(capfd.readouterr().out.splitlines()[-1])
    assert last["event"] == "refused"
    assert message in last["error"]


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("tls.key", "-----BEGIN EC PRIVATE KEY-----", "is not a PKCS#8 PEM private key"),
        ("tls.crt", "nonsense", "is no certificate of"),
    ],
)
def test_an_unusable_certificate_is_refused(
    settings: Settings, file: str, content: str, reason: str
) -> None:
    (settings.mounts / "tls" / file).write_text(content)
    with pytest.raises(ConfigurationError, match=reason):
        check_certificate(settings)


def test_a_missing_certificate_is_named(settings: Settings) -> None:
    settings.certificate.unlink()
    with pytest.raises(ConfigurationError, match=r"tls\.crt: cannot be read: No such file"):
        check_certificate(settings)


def test_the_server_asks_for_new_workers_once_for_a_new_certificate(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = ModelServer(settings, Journal())
    before = server.ssl_ctx
    reloads: list[bool] = []
    monkeypatch.setattr(server, "signal_handler_reload", lambda: reloads.append(True))
    rounds = iter([False, False, False, False, True])
    changes = iter([None, "half", "new", None])

    def wait(_: float) -> bool:
        change = next(changes, None)
        if change == "half":
            (settings.certificate).write_text("half")
        if change == "new":
            write_certificate(settings.mounts / "tls")
        return next(rounds)

    monkeypatch.setattr(server._stopping, "wait", wait)
    server._poll()
    assert reloads == [True]
    moved = settings.mounts / "moved"
    settings.certificate.parent.rename(moved)
    settings.certificate.parent.symlink_to(moved)
    server._use_current_certificate()
    assert server.ssl_ctx != before
    assert server.ssl_ctx[1] == str(moved / "tls.crt")


def test_a_signal_marks_the_pod_unready_before_workers_stop(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.scratch.mkdir()
    server = ModelServer(settings, Journal())
    slept: list[float] = []
    monkeypatch.setattr("app.server.time.sleep", slept.append)
    stopped: list[int] = []
    monkeypatch.setattr("granian.server.Server.shutdown", lambda self, code: stopped.append(code))
    server._watch()
    server.interrupt_signal = True
    server.shutdown()
    assert settings.drain_marker.exists()
    assert (slept, stopped) == ([settings.drain_seconds], [0])


def test_numeric_libraries_get_one_thread() -> None:
    said: dict[str, str] = {}
    prepare_environment(said.__setitem__)
    assert said == {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
