"""Build images with buildah, podman or docker, each once for what it is made of."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox import toolchain
from sandbox.cache import digest_of, entry, prune
from sandbox.commands import run
from sandbox.faults import SandboxError
from sandbox.images.base import ALONE, base_context, base_key
from sandbox.images.catalogue import Image, module_of
from sandbox.images.jars import jars
from sandbox.layout import cache_root
from sandbox.progress import Step

CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
LIMITS = ("--ulimit", "nofile=1024:1024")


@dataclass(frozen=True)
class Built:
    """An image on this machine.

    Attributes:
        image: What was built.
        digest: `sha256:...` of its manifest: what pods refer to.
        layout: Folder with it in the OCI image layout.
    """

    image: Image
    digest: str
    layout: Path


def build_all(
    images: Sequence[Image], step: Step, *, prune_others: bool = True
) -> dict[str, Built]:
    """Build what is not built yet; the result maps names to images.

    Raises:
        SandboxError: No builder, or a Dockerfile that fails; its last lines are in the message.
    """
    builder = _builder()
    keys: dict[str, str] = {"": "nothing", "base": base_key()}
    _ensure_base(builder, keys["base"], step)
    found: dict[str, Built] = {}
    for image in images:
        programs = [_program(name, step) for name in image.programs]
        keys[image.name] = digest_of(
            _content(image), keys[image.base], *(path.parent.name for path in programs)
        )
        place = _one(builder, image, keys, programs, step)
        index = json.loads((place / "layout" / "index.json").read_text())
        found[image.name] = Built(image, index["manifests"][0]["digest"], place / "layout")
    if prune_others and prune("images", [f"{name}-{key}" for name, key in keys.items()]):
        builder.prune({_tag(name, keys) for name in keys if name})
    return found


def _content(image: Image) -> list[Path]:
    """What the image can be made of: not the program's own modules, nor another image's folder."""
    return sorted(
        path
        for path in image.context.iterdir()
        if (path.is_dir() and not (path / "Dockerfile").exists() and path.name[0] not in "._")
        or (path.is_file() and path.suffix != ".py")
    )


def _one(
    builder: "Builder", image: Image, keys: dict[str, str], programs: list[Path], step: Step
) -> Path:
    tag = f"localhost/mizan/{image.name}:{keys[image.name]}"

    def make(folder: Path) -> None:
        step.waiting_for = f"image {image.name}"
        step.say(f"building image {image.name}")
        with tempfile.TemporaryDirectory() as temporary:
            context = Path(temporary) / "context"
            shutil.copytree(image.context, context, ignore=shutil.ignore_patterns("__pycache__"))
            for path in programs:
                shutil.copy(path, context / path.name)
            if fetched := jars(image.context, step):
                shutil.copytree(fetched, context / "jars")
            if image.base not in {"", "base"} and not builder.has(_tag(image.base, keys)):
                raise SandboxError(
                    f"Image {image.name} is built from {image.base}, which is not there.",
                    "list it before in images.lock.",
                )
            builder.build(context, tag, _arguments(image, keys))
        if image.deployed or image.seeded:
            builder.export(tag, folder / "layout")
        else:
            (folder / "layout").mkdir()
            (folder / "layout" / "index.json").write_text('{"manifests": [{"digest": ""}]}')

    return entry("images", f"{image.name}-{keys[image.name]}", make)


def _tag(name: str, keys: dict[str, str]) -> str:
    return f"localhost/mizan/{name}:{keys[name]}"


def _arguments(image: Image, keys: dict[str, str]) -> dict[str, str]:
    return {image.base.upper(): _tag(image.base, keys)} if image.base else {}


def _program(name: str, step: Step) -> Path:
    return toolchain.built(module_of(name), step) / name


def _ensure_base(builder: "Builder", key: str, step: Step) -> None:
    tag = f"localhost/mizan/base:{key}"
    if builder.has(tag):
        return
    step.say("building the base image from Debian's packages")
    with tempfile.TemporaryDirectory() as temporary:
        builder.build(base_context(Path(temporary)), tag, {})


@dataclass(frozen=True)
class Builder:
    """buildah or podman, which share their flags and their storage, or docker."""

    program: str

    @property
    def _storage(self) -> list[str]:
        root = cache_root() / "image-storage"
        return ["--root", str(root / "root"), "--runroot", str(root / "run"),
                "--storage-driver", "overlay"]  # fmt: skip

    @property
    def _alone(self) -> list[str]:
        # The storage bind-mounts itself and would stay so.
        return [*ALONE] if os.geteuid() == 0 else []

    @property
    def _command(self) -> list[str]:
        if self.program == "docker":
            return ["docker"]
        return [*self._alone, self.program, *self._storage]

    def has(self, tag: str) -> bool:
        """Whether the storage holds `tag`."""
        shown = subprocess.run(
            [*self._command, "inspect", "--type", "image", tag], capture_output=True, check=False
        )
        return shown.returncode == 0

    def prune(self, keep: set[str]) -> None:
        """Remove the platform's images from the storage, but for those in `keep`."""
        listed = run([*self._command, "images", "--format", "{{.Name}}:{{.Tag}}"])
        old = {tag for tag in listed.split() if tag.startswith("localhost/mizan/")} - keep
        if old and self.program != "docker":
            run([*self._command, "rmi", "--force", *sorted(old)])

    def build(self, context: Path, tag: str, arguments: dict[str, str]) -> None:
        """Build the Dockerfile of `context` as `tag`."""
        words = [word for item in arguments.items() for word in ("--build-arg", "=".join(item))]
        if self.program != "docker":
            cache = cache_root() / "uv"
            cache.mkdir(parents=True, exist_ok=True)
            words += ["--isolation", "chroot", "--layers=false", *LIMITS,
                      "--volume", f"{cache}:/root/.cache/uv"]  # fmt: skip
            if CERTIFICATES.exists():
                words += ["--volume", f"{CERTIFICATES}:{CERTIFICATES}:ro"]
        run(
            [*self._command, "build", *words, "--tag", tag, str(context)],
            log=cache_root() / "logs" / "images.log",
            remedy="see image-building's log in the cache's logs/ folder; "
            "check that the package registries answer and the disk has 20 GiB free.",
        )

    def export(self, tag: str, layout: Path) -> None:
        """Write `tag` as an OCI layout; zstd, since gzip would take minutes for torch."""
        root = cache_root() / "image-storage"
        source = (
            f"docker-daemon:{tag}"
            if self.program == "docker"
            else f"containers-storage:[overlay@{root}/root+{root}/run]{tag}"
        )
        run(
            [*self._alone, "skopeo", "copy", "--quiet", "--dest-compress-format", "zstd",
             "--dest-compress-level", "1", source, f"oci:{layout}"],
            remedy="check that the disk has 20 GiB free.",
        )  # fmt: skip


def _builder() -> Builder:
    for program in ("buildah", "podman"):
        if shutil.which(program):
            return Builder(program)
    if shutil.which("docker"):
        # Debian's docker client may be there without a daemon: ask it, not PATH.
        asked = subprocess.run(["docker", "info"], capture_output=True, check=False)
        if asked.returncode == 0:
            return Builder("docker")
    raise SandboxError(
        "No image builder was found (buildah, podman, or docker with its daemon).",
        "apt-get install buildah skopeo.",
    )
