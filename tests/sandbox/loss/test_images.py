"""The lock of a second site that trains nothing."""

import json
from pathlib import Path

import pytest

from sandbox.images import Built, images
from sandbox.layout import Layout
from sandbox.loss.second import IMAGES
from sandbox.site import embedded
from stacks.images import load_images


def test_nothing_waits_for_an_image_that_the_site_does_not_deploy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = {
        one.name: Built(one, f"sha256:{'a' * 64}", tmp_path / "x" / "layout")
        for one in images(cloud=True)
        if one.name in IMAGES
    }
    lock = tmp_path / "images.lock"
    monkeypatch.setattr(Layout, "images_lock", lock)
    embedded._write_lock(Layout("second"), built, all_there=False)
    monkeypatch.setenv("MIZAN_IMAGES_LOCK", str(lock))

    found = load_images("registry:5000", {})

    absent = {name for name, digest in found.digests.items() if digest is None}
    assert set(IMAGES) <= json.loads(lock.read_text())["images"].keys()
    assert absent
    assert absent <= set(found.elsewhere)
