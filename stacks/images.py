"""Which image each name means: always one digest in the environment's own registry."""

import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pulumi
import yaml

LOCK_VARIABLE: Final = "MIZAN_IMAGES_LOCK"
COMMITTED_LOCK: Final = Path(__file__).resolve().parent.parent / "images.lock"
REPOSITORY_PREFIX: Final = "mizan/"
BUILT_FOR: Final = ("x86_64",)
"""What the lock's images are built for where an entry does not say."""
ABSENT_DIGEST: Final = f"sha256:{'0' * 64}"
"""Stands for a digest that nobody has filled in yet. Plans show it; deployments refuse it."""

_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_SHAPE: Final = "lists `<name>: {digest: sha256:…, source: …}` under `images`"
_REMEDY: Final = (
    "run `make up`, which builds images, or `make mirror` on a machine that reaches their sources"
)


@dataclass(frozen=True, kw_only=True)
class Images:
    """The images of one environment, by name."""

    host: str
    """Registry, as image references begin."""
    digests: Mapping[str, str | None]
    """Digest of each image; None where none has been filled in."""
    sources: Mapping[str, str]
    """What each image is made from."""
    architectures: Mapping[str, Sequence[str]]
    """Processors that each image is built for."""
    elsewhere: Collection[str]
    """Images that only some kinds of sites deploy, or environments with a section it lacks."""
    fixed: Mapping[str, str]
    """Full references that the environment fixes by hand."""
    lock: str
    """Where the digests come from, for messages."""

    def reference(self, name: str) -> str:
        """The image to deploy: `<registry>/mizan/<name>@sha256:…`.

        At preview, an image without a digest gets one of zeros, of which `load_images` warned.

        Raises:
            pulumi.RunError: if the name is not in the lock, or at an update its digest is absent.
        """
        if name in self.fixed:
            return self.fixed[name]
        self._require(name)
        digest = self.digests[name]
        if digest is None and not pulumi.runtime.is_dry_run():
            raise pulumi.RunError(f"the image {name!r} has no digest in {self.lock}: {_REMEDY}")
        return f"{self.host}/{REPOSITORY_PREFIX}{name}@{digest or ABSENT_DIGEST}"

    def built_for(self, name: str) -> Sequence[str]:
        """Processors that the image is built for, as machines name theirs (`x86_64`).

        Raises:
            pulumi.RunError: if the name is not in the lock.
        """
        self._require(name)
        return self.architectures[name]

    def _require(self, name: str) -> None:
        if name not in self.digests:
            raise pulumi.RunError(
                f"there is no image {name!r} in {self.lock}; it knows {_listing(self.digests)}: "
                "correct the name, or add an entry"
            )

    def source(self, name: str) -> str:
        """What the image is made from; its own digest where the lock does not say."""
        return self.sources.get(name) or self.reference(name).rpartition("@")[2]

    def by_repository(self) -> dict[str, str | None]:
        """The digest of each image that is deployed, by the repository that holds it."""
        known = {f"{REPOSITORY_PREFIX}{name}": digest for name, digest in self.digests.items()}
        for name, reference in self.fixed.items():
            del known[f"{REPOSITORY_PREFIX}{name}"]
            repository, _, digest = reference.removeprefix(f"{self.host}/").partition("@")
            known[repository] = digest
        return known

    def repositories(self) -> list[str]:
        """Every repository that the registry has to hold, in order."""
        return sorted(f"{REPOSITORY_PREFIX}{name}" for name in self.digests)


def load_images(host: str, fixed: Mapping[str, str], sections: Collection[str] = ()) -> Images:
    """The images of the lock that `MIZAN_IMAGES_LOCK` names, or else of the committed one.

    Args:
        host: Registry of the environment.
        fixed: References that the environment fixes by hand, by name.
        sections: What the environment has, for images that only some environments need.

    Raises:
        pulumi.RunError: if the lock cannot be read, is no lock, or lacks a name in `fixed`.
    """
    given = os.environ.get(LOCK_VARIABLE)
    path = Path(given) if given else COMMITTED_LOCK
    shown = f"{path} ({LOCK_VARIABLE})" if given else path.name
    entries = _deployed(_entries(path, shown))
    for name in fixed:
        if name not in entries:
            raise pulumi.RunError(
                f"the environment fixes an image {name!r}, which {shown} does not have; "
                f"it knows {_listing(entries)}: correct the name under `images`"
            )
    digests = {name: _digest(name, entry, shown) for name, entry in entries.items()}
    absent = [name for name, digest in digests.items() if digest is None and name not in fixed]
    if absent and pulumi.runtime.is_dry_run():
        pulumi.warn(
            f"no digest in {shown} for {_listing(absent)}: {_REMEDY}. This plan shows digests of "
            "zeros in their place; a deployment refuses them"
        )
    return Images(
        host=host,
        digests=digests,
        elsewhere=frozenset(
            name
            for name, entry in entries.items()
            if _is_elsewhere(entry.get("build", {}), sections)
        ),
        architectures={
            name: tuple(entry.get("architectures") or BUILT_FOR) for name, entry in entries.items()
        },
        sources={name: str(entry.get("source") or "") for name, entry in entries.items()},
        fixed=fixed,
        lock=shown,
    )


def _entries(path: Path, shown: str) -> dict[str, dict[str, Any]]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise pulumi.RunError(
            f"the image lock {shown} cannot be read: {reason}; give a file that {_SHAPE}"
        ) from error
    images = content.get("images") if isinstance(content, dict) else None
    if not isinstance(images, dict) or not all(
        isinstance(name, str) and isinstance(entry, dict) for name, entry in images.items()
    ):
        raise pulumi.RunError(f"{shown} is no image lock: give a file that {_SHAPE}")
    return images


def _deployed(entries: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The images that pods run, without the layers that others are built from."""
    return {
        name: entry
        for name, entry in entries.items()
        if entry.get("build", {}).get("deployed", True)
    }


def _is_elsewhere(build: Mapping[str, Any], sections: Collection[str]) -> bool:
    section = build.get("section")
    return bool(build.get("cloud") or (section and section not in sections))


def _digest(name: str, entry: Mapping[str, Any], shown: str) -> str | None:
    digest = entry.get("digest")
    if digest is None or digest == "":
        return None
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest) or digest == ABSENT_DIGEST:
        raise pulumi.RunError(
            f"{shown}: the digest of {name!r} is {digest!r}, which is none: give sha256: and 64 "
            "hexadecimal digits, or leave it empty until the image is made"
        )
    return digest


def _listing(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
