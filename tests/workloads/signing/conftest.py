import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [
    str(HERE.parents[2] / "workloads" / "signing"),
    str(HERE / "support"),
    str(HERE.parent / "serving" / "support"),
]

import pytest
from offered import candidate_objects
from servers import REGION, ObjectStore, run_object_store
from signed_model import Authority, sha256


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with run_object_store(tmp_path_factory.mktemp("store")) as running:
        yield running


@pytest.fixture
def environ(
    tmp_path: Path, store: ObjectStore, authority: Authority, request: pytest.FixtureRequest
) -> dict[str, str]:
    """What the Job is told; two buckets of its own, filled as training fills its bucket."""
    mounts = tmp_path / "mounts"
    shutil.copytree(store.credentials, mounts / "store")
    (mounts / "signing").mkdir()
    shutil.copy(authority.key_file, mounts / "signing" / "signing.key")
    unique = sha256(request.node.nodeid.encode())[:16]
    store.put(f"candidates-{unique}", candidate_objects())
    store.put(f"models-{unique}", {})
    return {
        "MODEL": "delay",
        "STORE_ENDPOINT": store.endpoint,
        "STORE_REGION": REGION,
        "MIZAN_ALLOWED_HOSTS": os.environ["MIZAN_ALLOWED_HOSTS"],
        "STORE_CANDIDATES": f"candidates-{unique}",
        "STORE_MODELS": f"models-{unique}",
        "MOUNT_ROOT": str(mounts),
    }
