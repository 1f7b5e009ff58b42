"""The node's encrypted volumes: ext4 with fscrypt on a loop file.

There is no device-mapper in the kernels that this runs on, so the file system encrypts:
contents with AES-256-XTS, names with AES-256-CTS. The key lies in a file beside the image,
a stand-in for the TPM or key service that a real node has.
"""

import os
import subprocess
from pathlib import Path

MOUNT = "volumes"
PROTECTED = "encrypted"


def open_encrypted(node: Path, size_gib: int) -> Path:
    """Mount the node's encrypted file system and return its protected folder.

    It is made on first use. Must run in the cluster's own mount namespace, where /etc is
    an overlay: fscrypt keeps its settings there.
    """
    image, mount, key = node / "volumes.img", node / MOUNT, node / "volumes.key"
    fresh = not image.exists()
    mount.mkdir(exist_ok=True)
    if fresh:
        with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(os.urandom(32))
        half = image.with_suffix(".half")
        with half.open("wb") as out:
            out.truncate(size_gib << 30)
        _run("mkfs.ext4", "-q", "-O", "encrypt", "-m", "0", "-E", "lazy_itable_init=1", str(half))
        half.rename(image)
    _run("mount", "-o", "loop,noatime", str(image), str(mount))
    if not Path("/etc/fscrypt.conf").exists():
        _run("fscrypt", "setup", "--quiet", "--time=1ms", "--all-users")
    protected = mount / PROTECTED
    if not (mount / ".fscrypt").exists():
        _run("fscrypt", "setup", str(mount), "--quiet", "--all-users")
    if not protected.exists():
        half_protected = mount / f"{PROTECTED}.half"
        half_protected.mkdir(exist_ok=True)
        _run("fscrypt", "encrypt", str(half_protected), "--source=raw_key", "--name=node",
             f"--key={key}", "--quiet")  # fmt: skip
        half_protected.rename(protected)
    else:
        _run("fscrypt", "unlock", str(protected), f"--key={key}", "--quiet")
    protected.chmod(0o711)
    return protected


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
