"""Digests for images in a rehearsal, where nothing is pulled."""

import hashlib
import json
from pathlib import Path
from typing import Any

import yaml

from sandbox.files import replace
from sandbox.layout import PROJECT

COMMITTED = PROJECT / "images.lock"
STAND_IN = "digests made from names, for images that nobody has built here (nothing is pulled)"


def write_lock(path: Path, committed: Path = COMMITTED) -> list[str]:
    """Write a lock in which every image has a digest; return the images whose digest is made up."""
    lock: dict[str, Any] = yaml.safe_load(committed.read_text(encoding="utf-8"))
    made_up = [name for name, entry in lock["images"].items() if not entry.get("digest")]
    for name in made_up:
        digest = hashlib.sha256(name.encode()).hexdigest()
        lock["images"][name]["digest"] = f"sha256:{digest}"
    replace(path, json.dumps(lock, indent=1))
    return made_up
