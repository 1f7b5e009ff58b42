"""What the signing Job writes is what serving accepts: both programs, one object store."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from servers import REGION, ROOT, ObjectStore
from signed_model import SUBJECTS, Authority, sha256

from app.journal import Journal
from app.settings import Settings
from app.startup import fetch


def test_serving_accepts_what_the_signing_job_signed(
    store: ObjectStore,
    settings: Settings,
    authority: Authority,
    versions: dict[str, dict[str, bytes]],
    tmp_path: Path,
) -> None:
    offered = {name: sha256(files["model.onnx"])[:12] for name, files in versions.items()}
    unsigned = {
        f"delay/{variant}/{offered[variant]}/{name}": files[name]
        for variant, files in versions.items()
        for name in (*SUBJECTS, "provenance.json")
    }
    offer = json.dumps({"model": "delay", "variants": offered}).encode()
    store.put("chain-candidates", unsigned | {"delay/candidates.json": offer})
    store.put("chain-models", {})
    mounts = tmp_path / "signing-mounts"
    shutil.copytree(store.credentials, mounts / "store")
    (mounts / "signing").mkdir()
    shutil.copy(authority.key_file, mounts / "signing" / "signing.key")
    told = {
        "PATH": os.environ["PATH"],
        "MODEL": "delay",
        "STORE_ENDPOINT": store.endpoint,
        "STORE_REGION": REGION,
        "MIZAN_ALLOWED_HOSTS": os.environ["MIZAN_ALLOWED_HOSTS"],
        "STORE_CANDIDATES": "chain-candidates",
        "STORE_MODELS": "chain-models",
        "MOUNT_ROOT": str(mounts),
    }
    ran = subprocess.run(
        [sys.executable, "-m", "app"],
        cwd=ROOT / "workloads" / "signing",
        env=told,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    release = fetch(replace(settings, store_models="chain-models"), Journal())
    assert {name: one.version for name, one in release.variants.items()} == offered
    assert release.signed_by == authority.keyid
