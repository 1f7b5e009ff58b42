import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[2] / "workloads" / "serving"), str(HERE / "support")]

import pytest
from servers import (
    REGION,
    ObjectStore,
    Pod,
    free_port,
    run_object_store,
    write_certificate,
)
from signed_model import Authority, make_objects, make_version

from app.release import Release, open_release
from app.settings import Settings
from app.signature import load_trusted_key
from app.worker import model_folder

SLOPES = {"wide": 0.001, "deep": -0.002}


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def versions(authority: Authority) -> dict[str, dict[str, bytes]]:
    return {name: make_version(authority, name, slope) for name, slope in SLOPES.items()}


@pytest.fixture(scope="session")
def objects(authority: Authority, versions: dict[str, dict[str, bytes]]) -> dict[str, bytes]:
    return make_objects(authority, versions)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with run_object_store(tmp_path_factory.mktemp("store")) as running:
        yield running


@pytest.fixture(scope="session")
def signed_bucket(store: ObjectStore, objects: dict[str, bytes]) -> str:
    store.put("signed", objects)
    return "signed"


@pytest.fixture
def mounts(tmp_path: Path, authority: Authority, store: ObjectStore) -> Path:
    """What a pod finds mounted."""
    folder = tmp_path / "mounts"
    write_certificate(folder / "tls")
    shutil.copytree(store.credentials, folder / "store")
    (folder / "verification").mkdir()
    shutil.copy(authority.public_file, folder / "verification" / "signing.pub")
    return folder


@pytest.fixture
def environ(tmp_path: Path, mounts: Path, store: ObjectStore, signed_bucket: str) -> dict[str, str]:
    """What a pod is told."""
    return {
        "PATH": os.environ["PATH"],
        "MODEL": "delay",
        "STORE_ENDPOINT": store.endpoint,
        "STORE_REGION": REGION,
        "MIZAN_ALLOWED_HOSTS": os.environ["MIZAN_ALLOWED_HOSTS"],
        "STORE_MODELS": signed_bucket,
        "VARIANT_WEIGHTS": '{"wide": 80, "deep": 20}',
        "EXPERIMENT_SALT": "pepper",
        "HOST": "127.0.0.1",
        "PORT": str(free_port()),
        "MOUNT_ROOT": str(mounts),
        "SCRATCH": str(tmp_path / "scratch"),
        "DRAIN_SECONDS": "1",
        "CERTIFICATE_POLL_SECONDS": "1",
        "RELOAD_OVERLAP_SECONDS": "4",
    }


@pytest.fixture
def settings(environ: dict[str, str]) -> Settings:
    return Settings.from_environment(environ)


@pytest.fixture
def pod(environ: dict[str, str], tmp_path: Path) -> Iterator[Pod]:
    running = Pod(environ, int(environ["PORT"]), Path(environ["MOUNT_ROOT"]), tmp_path / "pod.log")
    yield running
    if running.process is not None:
        running.stop()


@pytest.fixture
def release(authority: Authority, objects: dict[str, bytes]) -> Release:
    key = load_trusted_key(authority.public_file)
    return open_release(objects["delay/release.dsse.json"], "delay", key, "release.dsse.json")


@pytest.fixture
def unpacked(settings: Settings, versions: dict[str, dict[str, bytes]]) -> Settings:
    """Settings of a pod whose model is downloaded and verified already."""
    for variant, files in versions.items():
        folder = model_folder(settings, variant)
        folder.mkdir(parents=True)
        for name, body in files.items():
            (folder / name).write_bytes(body)
    return settings
