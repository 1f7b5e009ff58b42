"""`mirror`: puts every image of `images.lock` into a registry, and its digest into the lock.

For a machine that reaches that registry and, for images that are copied, their origins. Which
certificates and logins hold there is skopeo's business: `SSL_CERT_FILE`, `skopeo login`.
"""

import hashlib
import os
import re
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from environments import CloudRegion, load
from sandbox.commands import run
from sandbox.faults import SandboxError
from sandbox.files import replace
from sandbox.images import Built, Image, build_all, images, joined
from sandbox.images.architecture import EVERY, require_runnable
from sandbox.images.catalogue import LOCK, NODE
from sandbox.progress import Step, Steps

VARIABLE = "MIZAN_REGISTRY"
HTTPS = 443
SECONDS = 10
TAG_DIGITS = 16
REMEDY = (
    "check its name, its certificate (SSL_CERT_FILE names the authority's) and your login "
    "(`skopeo login`); what was pushed stays."
)
_REGISTRY = re.compile(r"([a-z0-9.-]+)(?::(\d{1,5}))?")
_FIXED = re.compile(r"[^@\s]+@(sha256:[0-9a-f]{64})")


def mirror(name: str, lock: Path = LOCK) -> None:
    """Build or copy every image into the registry that `MIZAN_REGISTRY` names.

    An image for several processors is built for each, and its digest is that of an index over them.

    Raises:
        SandboxError: No registry was given, it does not take an image, the lock is incomplete, or
            this machine cannot build for a processor that the lock names.
    """
    environment = load(name)
    own = environment.registry.host
    registry = _given(own)
    declared: dict[str, dict[str, Any]] = yaml.safe_load(lock.read_text())["images"]
    origins = _origins(declared)
    cloud = isinstance(environment.sites.primary, CloudRegion)
    known = images(cloud=cloud, sections=environment.sections)
    wanted = [image for image in known if image not in NODE]
    for architecture in {one for image in wanted for one in image.architectures}:
        require_runnable(architecture)
    _require_answer(registry)
    steps = Steps()
    with steps.step("images") as step:
        built = _build(wanted, step)
    digests = {}
    with steps.step("registry") as step:
        for key in [*built, *origins]:
            step.waiting_for = f"image {key}"
            repository = f"docker://{registry}/mizan/{key}"
            if key in origins:
                origin = origins[key]
                digests[key] = _copy(f"docker://{origin}", repository, origin.partition("@")[2])
            else:
                digests[key] = _push(built[key], repository)
            step.say(f"{key} {digests[key]}")
        step.note = f"{len(digests)} images in {registry}"
    _fill(lock, digests)
    steps.say(f"{lock.name} holds their digests; {name} pulls them as {own}/mizan/<name>@<digest>")


def _build(wanted: list[Image], step: Step) -> dict[str, list[Built]]:
    """Build each image for each of its processors; by name, those that are deployed."""
    found: dict[str, list[Built]] = {}
    for architecture in EVERY.values():
        own = [image for image in wanted if architecture in image.architectures]
        if not own:
            continue
        # Of its own processor, the sandbox on this machine still needs the node's images.
        made = build_all(own, step, architecture=architecture, prune_others=not architecture.native)
        for key, one in made.items():
            if one.image.deployed:
                found.setdefault(key, []).append(one)
    return found


def _push(built: list[Built], repository: str) -> str:
    """Push an image for each of its processors, under one digest, which is returned."""
    if len(built) == 1:
        return _copy(f"oci:{built[0].layout}", repository, built[0].digest)
    with tempfile.TemporaryDirectory(dir=built[0].layout.parent) as temporary:
        whole = Path(temporary) / "whole"
        digest = joined([one.layout for one in built], whole)
        return _copy(f"oci:{whole}", repository, digest)


def _given(own: str) -> str:
    given = os.environ.get(VARIABLE, "")
    if not _REGISTRY.fullmatch(given):
        raise SandboxError(
            f"{f'{given!r} is no registry' if given else 'No registry was given'} to mirror into.",
            f"`make mirror REGISTRY=host:port`, as this machine reaches {own}. A sandbox needs "
            "none: `make up` fills its own.",
        )
    return given


def _origins(declared: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Where the images come from that are not built here, fixed by digest."""
    found = {}
    for name, entry in declared.items():
        if "build" in entry:
            continue
        origin = str(entry.get("origin") or "")
        if not _FIXED.fullmatch(origin):
            raise SandboxError(
                f"images.lock: {name}: its origin is {origin or 'missing'!r}, and what a tag names "
                "can change after review.",
                "give `origin: <registry>/<repository>@sha256:<digest>`, or a `build`.",
            )
        found[name] = origin
    return found


def _require_answer(registry: str) -> None:
    """Building takes minutes: see first that there is somebody to push to."""
    host, _, port = registry.partition(":")
    try:
        socket.create_connection((host, int(port or HTTPS)), timeout=SECONDS).close()
    except OSError as error:
        raise SandboxError(
            f"The registry {registry} does not answer: {error.strerror or error}.", REMEDY
        ) from error


def _copy(source: str, repository: str, digest: str) -> str:
    """Copy one image, every architecture of it; the digest by which it can be pulled there.

    Each release has a tag of its own: a registry may refuse to move one, or remove what has none.
    """
    tag = f"mirrored-{digest.partition(':')[2][:TAG_DIGITS]}"
    held = subprocess.run(
        ["skopeo", "inspect", "--raw", f"{repository}:{tag}"], capture_output=True, check=False
    )
    if held.returncode == 0 and f"sha256:{hashlib.sha256(held.stdout).hexdigest()}" == digest:
        return digest
    with tempfile.TemporaryDirectory() as temporary:
        told = Path(temporary) / "digest"
        run(["skopeo", "copy", "--quiet", "--all", "--preserve-digests", "--retry-times", "2",
             "--digestfile", told, source, f"{repository}:{tag}"], remedy=REMEDY)  # fmt: skip
        return told.read_text().strip()


def _fill(lock: Path, digests: Mapping[str, str]) -> None:
    """Write the digests where they belong, and leave every comment where it is."""
    text = lock.read_text()
    for name, digest in digests.items():
        text, count = re.subn(
            rf"^(  {re.escape(name)}:\n(?:    (?!digest:).*\n)*    digest: ).*$",
            rf"\g<1>{digest}",
            text,
            flags=re.MULTILINE,
        )
        if count != 1:
            raise SandboxError(
                f"{lock.name}: {name} has no line `digest:` of its own.",
                f"write `digest: null` under it; it is {digest}.",
            )
    replace(lock, text)
