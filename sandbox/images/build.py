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
from sandbox.images.architecture import Architecture, native, require_runnable
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
    images: Sequence[Image],
    step: Step,
    *,
    architecture: Architecture | None = None,
    prune_others: bool = True,
) -> dict[str, Built]:
    """Build what is not built yet; the result maps names to images.

    Args:
        images: What to build, bases first.
        step: Told what is being built.
        architecture: Processor to build for; this machine's own by default.
        prune_others: Remove what was built before and is not among `images` any more.

    Raises:
        SandboxError: No builder, a Dockerfile that fails, its last lines in the message, or a
            processor whose programs this machine cannot run.
    """
    wanted = architecture or native()
    require_runnable(wanted)
    builder = _builder(wanted)
    keys: dict[str, str] = {"": "nothing", "base": base_key(wanted)}
    _ensure_base(builder, keys["base"], step)
    found: dict[str, Built] = {}
    for image in images:
        programs = [_program(name, step, wanted) for name in image.programs]
        keys[image.name] = digest_of(
            _content(image), keys[image.base], *(path.parent.name for path in programs)
        )
        place = _one(builder, image, keys, programs, step)
        index = json.loads((place / "layout" / "index.json").read_text())
        found[image.name] = Built(image, index["manifests"][0]["digest"], place / "layout")
    if prune_others and prune(builder.kind, [f"{name}-{key}" for name, key in keys.items()]):
        builder.prune({builder.tag(name, keys[name]) for name in keys if name})
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
    tag = builder.tag(image.name, keys[image.name])

    def make(folder: Path) -> None:
        step.waiting_for = f"image {image.name}"
        step.say(f"building image {image.name}{builder.told}")
        with tempfile.TemporaryDirectory() as temporary:
            context = Path(temporary) / "context"
            shutil.copytree(image.context, context, ignore=shutil.ignore_patterns("__pycache__"))
            for path in programs:
                shutil.copy(path, context / path.name)
            if fetched := jars(image.context, step):
                shutil.copytree(fetched, context / "jars")
            base = builder.tag(image.base, keys[image.base]) if image.base else ""
            if image.base not in {"", "base"} and not builder.has(base):
                raise SandboxError(
                    f"Image {image.name} is built from {image.base}, which is not there.",
                    "list it before in images.lock.",
                )
            builder.build(context, tag, {image.base.upper(): base} if base else {})
        if image.deployed or image.seeded:
            builder.export(tag, folder / "layout")
        else:
            (folder / "layout").mkdir()
            (folder / "layout" / "index.json").write_text('{"manifests": [{"digest": ""}]}')

    return entry(builder.kind, f"{image.name}-{keys[image.name]}", make)


def _program(name: str, step: Step, architecture: Architecture) -> Path:
    foreign = "" if architecture.native else architecture.short
    return toolchain.built(module_of(name), step, foreign) / name


def _ensure_base(builder: "Builder", key: str, step: Step) -> None:
    tag = builder.tag("base", key)
    if builder.has(tag):
        return
    step.say(f"building the base image from Debian's packages{builder.told}")
    with tempfile.TemporaryDirectory() as temporary:
        builder.build(base_context(Path(temporary), builder.architecture), tag, {})


@dataclass(frozen=True)
class Builder:
    """buildah or podman, which share their flags and their storage, or docker."""

    program: str
    architecture: Architecture

    @property
    def kind(self) -> str:
        """Kind of the cache's entries: what one machine builds for two processors lies apart."""
        return "images" if self.architecture.native else f"images-{self.architecture.name}"

    @property
    def told(self) -> str:
        """What a message adds about the processor, where it is not this machine's."""
        return "" if self.architecture.native else f" for {self.architecture.name} (emulated; slow)"

    def tag(self, name: str, key: str) -> str:
        """How the storage knows an image."""
        return f"{self._repository}/{name}:{key}"

    @property
    def _repository(self) -> str:
        own = "" if self.architecture.native else f"-{self.architecture.name}"
        return f"localhost/mizan{own}"

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
        old = {tag for tag in listed.split() if tag.startswith(f"{self._repository}/")} - keep
        if old and self.program != "docker":
            run([*self._command, "rmi", "--force", *sorted(old)])

    def build(self, context: Path, tag: str, arguments: dict[str, str]) -> None:
        """Build the Dockerfile of `context` as `tag`."""
        words = [word for item in arguments.items() for word in ("--build-arg", "=".join(item))]
        if not self.architecture.native:
            words += ["--platform", f"linux/{self.architecture.short}"]
        if self.program != "docker":
            cache = cache_root() / (
                "uv" if self.architecture.native else f"uv-{self.architecture.name}"
            )
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


def _builder(architecture: Architecture) -> Builder:
    for program in ("buildah", "podman"):
        if shutil.which(program):
            return Builder(program, architecture)
    if shutil.which("docker"):
        # Debian's docker client may be there without a daemon: ask it, not PATH.
        asked = subprocess.run(["docker", "info"], capture_output=True, check=False)
        if asked.returncode == 0:
            return Builder("docker", architecture)
    raise SandboxError(
        "No image builder was found (buildah, podman, or docker with its daemon).",
        "apt-get install buildah skopeo.",
    )
