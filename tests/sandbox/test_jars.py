"""Jars of an image: those of its lock, or none."""

import hashlib
from pathlib import Path

import pytest

from sandbox.faults import SandboxError
from sandbox.images import jars as fetching
from sandbox.images.jars import jars
from sandbox.progress import Step, Steps

CONTENT = b"a jar"


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An image's folder, and a Maven that finds one jar for it."""
    monkeypatch.setenv("MIZAN_CACHE", str(tmp_path / "cache"))
    place = tmp_path / "image"
    place.mkdir()
    (place / "pom.xml").write_text("<project/>")

    def fetch(description: Path, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "one-1.jar").write_bytes(CONTENT)

    monkeypatch.setattr(fetching, "_fetch", fetch)
    return place


def found(context: Path) -> Path | None:
    return jars(context, Step(Steps(), "jars"))


def test_an_image_without_a_description_has_none(context: Path) -> None:
    (context / "pom.xml").unlink()
    assert found(context) is None


def test_the_jars_of_the_lock_are_kept(context: Path) -> None:
    fetching.renew(context)
    assert (context / "jars.lock").read_text() == (
        f"{hashlib.sha256(CONTENT).hexdigest()}  one-1.jar\n"
    )
    folder = found(context)
    assert folder is not None
    assert [path.name for path in folder.iterdir()] == ["one-1.jar"]


@pytest.mark.parametrize(
    "lock", ["", f"{'0' * 64}  one-1.jar\n", f"{'0' * 64}  one-1.jar\n{'0' * 64}  two.jar\n"]
)
def test_a_jar_that_is_another_one_is_refused_and_not_kept(context: Path, lock: str) -> None:
    (context / "jars.lock").write_text(lock)
    for _ in range(2):
        with pytest.raises(SandboxError, match=r"jars are not those of image/jars\.lock: one-1"):
            found(context)
