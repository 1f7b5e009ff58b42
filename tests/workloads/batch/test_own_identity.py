import json
import os
import subprocess
import sys
from pathlib import Path

from app import java
from tests.workloads.batch.conftest import fill, landed
from tests.workloads.conftest import ACCESS, SECRET

APP = Path(__file__).resolve().parents[3] / "workloads" / "batch"


def test_without_a_mounted_credential_the_pods_own_identity_signs(
    object_store, pod_identity, flights, tmp_path
) -> None:
    """A program of its own, since Java keeps what it was told when it started."""
    trusted = java.prepared({"MOUNT_ROOT": str(object_store.mounts)})["JAVA_TOOL_OPTIONS"]
    pod_identity(ACCESS, SECRET, object_store.mounts / "store" / "ca.crt")
    lake, features = (object_store.make_bucket(f"{name}-of-a-pod") for name in ("lake", "features"))
    few = flights[:80]
    fill(object_store, lake, landed(few))

    done = subprocess.run(
        [sys.executable, "-m", "app"],
        cwd=APP,
        env={
            **os.environ,
            **object_store.environ(),
            "MOUNT_ROOT": str(tmp_path / "not-mounted"),
            "JAVA_TOOL_OPTIONS": trusted,
            "STORE_LAKE": lake,
            "STORE_FEATURES": features,
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["flights"] == len(few)
