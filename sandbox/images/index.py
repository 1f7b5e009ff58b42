"""One image for several processors: an OCI image index over the images of each."""

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

KIND: Final = "application/vnd.oci.image.index.v1+json"
BLOBS: Final = Path("blobs", "sha256")


def joined(layouts: Sequence[Path], folder: Path) -> str:
    """Write one OCI layout that holds an index over the image of each layout; the index's digest.

    The same images give the same digest, whenever they are joined.

    Args:
        layouts: Folders with one image each, in the order of the index.
        folder: Folder for the new layout, which is made.
    """
    (folder / BLOBS).mkdir(parents=True)
    described = [_described(layout) for layout in layouts]
    for layout in layouts:
        for blob in (layout / BLOBS).iterdir():
            if not (folder / BLOBS / blob.name).exists():
                _linked(blob, folder / BLOBS / blob.name)
    index = json.dumps(
        {"schemaVersion": 2, "mediaType": KIND, "manifests": described}, sort_keys=True
    ).encode()
    digest = hashlib.sha256(index).hexdigest()
    (folder / BLOBS / digest).write_bytes(index)
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    whole = {"mediaType": KIND, "digest": f"sha256:{digest}", "size": len(index)}
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [whole]}))
    return f"sha256:{digest}"


def _described(layout: Path) -> dict[str, Any]:
    """The layout's image as an index lists it, with the processor that it says it is for."""
    (manifest,) = _read(layout / "index.json")["manifests"]
    content = _read(layout / BLOBS / manifest["digest"].removeprefix("sha256:"))
    config = _read(layout / BLOBS / content["config"]["digest"].removeprefix("sha256:"))
    return {
        "mediaType": manifest["mediaType"],
        "digest": manifest["digest"],
        "size": manifest["size"],
        "platform": {"architecture": config["architecture"], "os": config["os"]},
    }


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def _linked(blob: Path, place: Path) -> None:
    """Put a blob there without a second copy of it, where the disk is the same."""
    try:
        os.link(blob, place)
    except OSError:
        shutil.copyfile(blob, place)
