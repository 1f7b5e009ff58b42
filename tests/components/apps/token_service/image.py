"""A container image small enough to be made in a test, and skopeo to move it."""

import gzip
import hashlib
import io
import json
import subprocess
import tarfile
from pathlib import Path

from tests.components.apps.token_service.conftest import PASSWORDS, Registry


def make(folder: Path, content: bytes, architecture: str = "amd64") -> str:
    """An image with one file in it as an OCI layout; its digest."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        entry = tarfile.TarInfo("content")
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    layer = gzip.compress(archive.getvalue(), mtime=0)
    diff = f"sha256:{hashlib.sha256(archive.getvalue()).hexdigest()}"
    rootfs = {"type": "layers", "diff_ids": [diff]}
    config = json.dumps({"architecture": architecture, "os": "linux", "rootfs": rootfs}).encode()
    kind = "application/vnd.oci.image"
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": f"{kind}.manifest.v1+json",
            "config": _blob(folder, config, f"{kind}.config.v1+json"),
            "layers": [_blob(folder, layer, f"{kind}.layer.v1.tar+gzip")],
        }
    ).encode()
    described = _blob(folder, manifest, f"{kind}.manifest.v1+json")
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [described]}))
    return str(described["digest"])


def _blob(folder: Path, content: bytes, kind: str) -> dict[str, str | int]:
    """Write a blob, and describe it."""
    digest = hashlib.sha256(content).hexdigest()
    (folder / "blobs/sha256").mkdir(parents=True, exist_ok=True)
    (folder / "blobs/sha256" / digest).write_bytes(content)
    return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(content)}


def skopeo(
    registry: Registry, user: str | None, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """One skopeo command as a user, or as nobody; it trusts the test's authority only."""
    command, rest = arguments[0], arguments[1:]
    side = {"push": "dest-", "pull": "src-"}.get(command, "")
    trust = registry.folder / "trust"
    trust.mkdir(exist_ok=True)
    (trust / "ca.crt").write_bytes(registry.trust.read_bytes())
    options = [f"--{side}cert-dir={trust}"]
    if user is None:
        options.append(f"--{side}no-creds")
    else:
        options.append(f"--{side}creds={user}:{PASSWORDS.get(user, 'guess')}")
    verb = "copy" if side else command
    return subprocess.run(
        ["skopeo", "--insecure-policy", verb, *options, *rest],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
