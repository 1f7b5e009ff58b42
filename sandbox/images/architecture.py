"""Processors that images are built for, and what it takes to build for another than one's own."""

import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sandbox.faults import SandboxError

HANDLERS = Path("/proc/sys/fs/binfmt_misc")


@dataclass(frozen=True)
class Architecture:
    """One kind of processor.

    Attributes:
        name: As images.lock spells it (`x86_64`).
        short: As Debian, Go and the OCI spell it (`amd64`).
        machine: As the kernel, QEMU and wheels spell it (`x86_64`).
    """

    name: str
    short: str
    machine: str

    @property
    def wheels(self) -> str:
        """The platform that wheels are made for, as uv calls it."""
        return f"{self.machine}-unknown-linux-gnu"

    @property
    def native(self) -> bool:
        """Whether this machine has such a processor."""
        return self.machine == platform.machine()


EVERY: Final = {
    one.name: one
    for one in (
        Architecture("x86_64", "amd64", "x86_64"),
        Architecture("arm64", "arm64", "aarch64"),
    )
}
"""By name, as images.lock spells it."""
DEFAULT: Final = ("x86_64",)
"""What an image is built for whose entry in images.lock does not say."""


def native() -> Architecture:
    """The processor of this machine.

    Raises:
        SandboxError: It is neither x86-64 nor 64-bit Arm.
    """
    for one in EVERY.values():
        if one.native:
            return one
    raise SandboxError(
        f"This machine is {platform.machine()}; images are built on {_listing()} only.",
        "use a machine of one of these.",
    )


def named(names: list[str] | tuple[str, ...], image: str) -> tuple[Architecture, ...]:
    """The architectures that an entry of images.lock names.

    Raises:
        SandboxError: One is not known, or there is none.
    """
    if not names or not set(names) <= set(EVERY):
        raise SandboxError(
            f"images.lock: {image}: its architectures are {', '.join(names) or 'none'}; known are "
            f"{_listing()}.",
            "correct the entry's `architectures`.",
        )
    return tuple(EVERY[name] for name in names)


def require_runnable(wanted: Architecture, handlers: Path = HANDLERS) -> None:
    """Refuse to build for a processor whose programs this machine cannot run.

    A Dockerfile's steps run the image's own programs, so the kernel has to hand them to an
    emulator, also within the image's root, where no file of this machine is seen (flag F).

    Raises:
        SandboxError: No such emulator is registered with the kernel.
    """
    if wanted.native:
        return
    name = f"qemu-{wanted.machine}"
    try:
        told = (handlers / name).read_text(encoding="utf-8").splitlines()
    except OSError:
        told = []
    flags = "".join(line for line in told if line.startswith("flags:")).removeprefix("flags:")
    if "enabled" not in told or "F" not in flags:
        raise SandboxError(
            f"This machine ({platform.machine()}) runs no programs of {wanted.name}, which images "
            f"are to be built for: the kernel has no emulator {name}.",
            "`apt-get install qemu-user-static binfmt-support`, then "
            f"`update-binfmts --enable {name}`, both as root.",
        )


def _listing() -> str:
    return ", ".join(EVERY)
