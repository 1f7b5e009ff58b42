"""The base of the Python images: a Debian root made by debootstrap, with uv in it."""

import shutil
import sys
from pathlib import Path

from sandbox.cache import digest_of, entry
from sandbox.commands import run
from sandbox.faults import SandboxError
from sandbox.images.architecture import Architecture
from sandbox.layout import PROJECT

SUITE = "bookworm"
PACKAGES = "python3,ca-certificates"
# A mount namespace of its own: what is mounted there goes with the program, also a killed one.
ALONE = ("unshare", "--mount", "--propagation", "private")
DOCKERFILE = Path(__file__).parent / "base"
LOCK = PROJECT / "locks" / "bootstrap.txt"
"""Which uv this machine has, for every processor."""


def base_key(architecture: Architecture) -> str:
    """Key of the base image: its recipe and the version of uv."""
    return digest_of(
        [DOCKERFILE], SUITE, PACKAGES, run([uv(), "--version"]).strip(), *_foreign(architecture)
    )


def base_context(folder: Path, architecture: Architecture) -> Path:
    """Build context of the base image, made under `folder`."""
    key = digest_of([], SUITE, PACKAGES, *_foreign(architecture))
    root = entry("roots", key, lambda place: _bootstrap(place, architecture)) / "root.tar"
    shutil.copytree(DOCKERFILE, folder / "context")
    shutil.copy(root, folder / "context" / "root.tar")
    program = uv() if architecture.native else _uv_for(architecture, folder / "uv")
    shutil.copy(program, folder / "context" / "uv")
    return folder / "context"


def _foreign(architecture: Architecture) -> tuple[str, ...]:
    """What a key says of a processor that is not this machine's."""
    return () if architecture.native else (architecture.name,)


def _bootstrap(folder: Path, architecture: Architecture) -> None:
    root = folder / "root"
    run(
        [*ALONE, "debootstrap", f"--arch={architecture.short}", "--variant=minbase",
         f"--include={PACKAGES}", SUITE, root],
        remedy="apt-get install debootstrap, and check that Debian's packages can be reached.",
    )  # fmt: skip
    for waste in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale",
                  "usr/share/man"):  # fmt: skip
        shutil.rmtree(root / waste, ignore_errors=True)
    run(["tar", "-C", root, "--sort=name", "-cf", folder / "root.tar", "."])
    shutil.rmtree(root)


def _uv_for(architecture: Architecture, folder: Path) -> Path:
    """The uv of the lock, for another processor than this machine's."""
    run(
        [uv(), "pip", "install", "--quiet", "--python", sys.executable, "--target", folder,
         "--python-platform", architecture.wheels, "--require-hashes", "--requirement", LOCK],
        remedy="check that the Python package registry answers.",
    )  # fmt: skip
    return folder / "bin" / "uv"


def uv() -> str:
    """The program `uv`, beside Python or on PATH.

    Raises:
        SandboxError: There is none.
    """
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.exists() else shutil.which("uv")
    if not found:
        raise SandboxError("uv is not installed beside Python.", "run `make tools`.")
    return found
