"""The base of the Python images: a Debian root made by debootstrap, with uv in it."""

import shutil
import sys
from pathlib import Path

from sandbox.cache import digest_of, entry
from sandbox.commands import run
from sandbox.faults import SandboxError

SUITE = "bookworm"
PACKAGES = "python3,ca-certificates"
# A mount namespace of its own: what is mounted there goes with the program, also a killed one.
ALONE = ("unshare", "--mount", "--propagation", "private")
DOCKERFILE = Path(__file__).parent / "base"


def base_key() -> str:
    """Key of the base image: its recipe and the version of uv."""
    return digest_of([DOCKERFILE], SUITE, PACKAGES, run([_uv(), "--version"]).strip())


def base_context(folder: Path) -> Path:
    """Build context of the base image, made under `folder`."""
    root = entry("roots", digest_of([], SUITE, PACKAGES), _bootstrap) / "root.tar"
    shutil.copytree(DOCKERFILE, folder / "context")
    shutil.copy(root, folder / "context" / "root.tar")
    shutil.copy(_uv(), folder / "context" / "uv")
    return folder / "context"


def _bootstrap(folder: Path) -> None:
    root = folder / "root"
    run(
        [*ALONE, "debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, root],
        remedy="apt-get install debootstrap, and check that Debian's packages can be reached.",
    )
    for waste in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale",
                  "usr/share/man"):  # fmt: skip
        shutil.rmtree(root / waste, ignore_errors=True)
    run(["tar", "-C", root, "--sort=name", "-cf", folder / "root.tar", "."])
    shutil.rmtree(root)


def _uv() -> str:
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.exists() else shutil.which("uv")
    if not found:
        raise SandboxError("uv is not installed beside Python.", "run `make tools`.")
    return found
