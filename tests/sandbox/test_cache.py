"""The cache holds whole entries only, whatever happened to their makers."""

import errno
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sandbox.cache import digest_of, entry, prune

ROOT = Path(__file__).parents[2]
# Dies in the middle of making an entry.
HALF = (
    "import os, signal; from sandbox.cache import entry\n"
    "def make(folder):\n"
    "    (folder / 'first').write_text('half')\n"
    "    os.kill(os.getpid(), signal.SIGKILL)\n"
    "entry('images', 'a-1', make)\n"
)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("MIZAN_CACHE", str(tmp_path))
    return Path(tmp_path)


def whole(folder: Path) -> None:
    assert not list(folder.iterdir())
    (folder / "first").write_text("whole")


def test_an_entry_half_built_by_a_killed_command_is_built_anew(cache):
    died = subprocess.run(
        [sys.executable, "-c", HALF], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )  # fmt: skip
    assert died.returncode == -signal.SIGKILL
    assert (cache / "images" / "a-1.half" / "first").read_text() == "half"
    assert not (cache / "images" / "a-1").exists()

    place = entry("images", "a-1", whole)

    assert place == cache / "images" / "a-1"
    assert (place / "first").read_text() == "whole"
    assert not (cache / "images" / "a-1.half").exists()


def test_a_full_disk_leaves_no_entry_that_passes_for_one(cache):
    def make(folder: Path) -> None:
        (folder / "first").write_text("half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder / "second"))

    with pytest.raises(OSError, match="No space left"):
        entry("images", "a-1", make)

    assert not (cache / "images" / "a-1").exists()
    assert (entry("images", "a-1", whole) / "first").read_text() == "whole"


def test_a_failed_build_gives_its_room_back(cache):
    def make(folder: Path) -> None:
        (folder / "big").write_text("x")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(OSError, match="No space left"):
        entry("images", "a-1", make)

    assert not list((cache / "images").iterdir())


def test_what_is_there_is_not_made_again():
    made = entry("images", "a-1", whole)

    assert entry("images", "a-1", lambda _: pytest.fail("made twice")) == made


def test_two_makers_at_once_make_one_entry():
    makers = []
    together = threading.Barrier(2)

    def make(folder: Path) -> None:
        makers.append(folder)
        whole(folder)

    def work() -> None:
        together.wait()
        entry("images", "a-1", make)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(makers) == 1


def test_pruning_takes_old_entries_and_half_ones_and_leaves_the_wanted(cache):
    for key in ("a-1", "a-2"):
        entry("images", key, whole)
    (cache / "images" / "a-3.half").mkdir()

    assert prune("images", ["a-2"])
    assert [place.name for place in (cache / "images").iterdir()] == ["a-2"]
    assert not prune("images", ["a-2"])


def test_the_key_follows_names_contents_and_the_right_to_run(tmp_path):
    folder = tmp_path / "made-of"
    folder.mkdir()
    file = folder / "run"
    file.write_text("a")
    keys = [digest_of([folder])]
    file.write_text("b")
    keys.append(digest_of([folder]))
    file.chmod(0o755)
    keys.append(digest_of([folder]))
    file.rename(folder / "walk")
    keys.append(digest_of([folder]))
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "walk.pyc").write_text("no part of it")

    assert len(set(keys)) == len(keys)
    assert digest_of([folder]) == keys[-1]
    assert digest_of([folder], "word") != keys[-1]
