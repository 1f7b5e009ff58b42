"""Which images there are: what is deployed is in `images.lock`, the node's own are here."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import yaml

from sandbox import toolchain
from sandbox.faults import SandboxError
from sandbox.images.architecture import DEFAULT, Architecture, named
from sandbox.layout import PROJECT

LOCK = PROJECT / "images.lock"
NODE_IMAGES = PROJECT / "sandbox" / "images"


@dataclass(frozen=True)
class Image:
    """One image to build.

    Attributes:
        name: Repository under the registry's `mizan/`.
        context: Folder with its Dockerfile.
        base: Name of the image that it is built from; empty: from nothing.
        programs: Compiled programs that its Dockerfile copies.
        seeded: Put straight into the node, because the registry cannot start without it.
        deployed: In the lock that the platform deploys from.
        cloud: Deployed to clouds only.
        architectures: What a registry's image is built for; a sandbox builds for itself alone.
        section: Deployed only where the environment has this section; everywhere if empty.
    """

    name: str
    context: Path
    base: str = "base"
    programs: tuple[str, ...] = ()
    seeded: bool = False
    deployed: bool = True
    cloud: bool = False
    architectures: tuple[Architecture, ...] = named(DEFAULT, "")
    section: str = ""


NODE = tuple(
    Image(name, NODE_IMAGES / name, base="", programs=(name,), seeded=True, deployed=False)
    for name in ("pause", "coredns", "metrics-server")
)


def images(*, cloud: bool = False, sections: Collection[str] = ()) -> list[Image]:
    """Every image that is built on this machine, bases first.

    Args:
        cloud: Also those that only a cloud needs.
        sections: What the environment has, for images that only some environments need.

    Raises:
        SandboxError: `images.lock` names a folder without a Dockerfile.
    """
    declared = yaml.safe_load(LOCK.read_text())["images"]
    found = list(NODE)
    for name, entry in declared.items():
        build = entry.get("build")
        if not build:
            continue  # mirrored from elsewhere on a connected machine: `make mirror`
        if build.get("cloud", False) and not cloud:
            continue
        if build.get("section") and build["section"] not in sections:
            continue
        context = PROJECT / build["context"]
        if not (context / "Dockerfile").exists():
            raise SandboxError(
                f"images.lock: {name}: there is no Dockerfile in {build['context']}.",
                "add it, or correct the entry's `build.context`.",
            )
        base = build.get("base", "base")
        architectures = named(entry.get("architectures", DEFAULT), name)
        for one in found:
            if one.name == base and not set(architectures) <= set(one.architectures):
                raise SandboxError(
                    f"images.lock: {name} is to be built for more processors than {base}, which "
                    "it is built from.",
                    f"give {base} the same `architectures`.",
                )
        found.append(
            Image(
                name,
                context,
                base=base,
                programs=tuple(build.get("programs", ())),
                seeded=build.get("seeded", False),
                deployed=build.get("deployed", True),
                cloud=build.get("cloud", False),
                architectures=architectures,
                section=build.get("section", ""),
            )
        )
    return found


def module_of(program: str) -> toolchain.Module:
    """The Go module that gives `program`."""
    return next(module for module in toolchain.EVERY if program in module.programs)
