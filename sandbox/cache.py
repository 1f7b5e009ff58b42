"""A cache of dear things, keyed by what they are made of.

An entry is a folder that exists only when it is whole: it is made beside its place and
renamed into it, under a lock, so that an interrupted or a second maker does no harm.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path

from sandbox.layout import cache_root
from sandbox.lock import Holder, locked


def digest_of(paths: Iterable[Path], *words: str) -> str:
    """Short key of files, folders (by relative name and content) and words."""
    total = hashlib.sha256()
    for word in words:
        total.update(f"word:{word}\n".encode())
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            if "__pycache__" in file.parts:
                continue
            name = file.relative_to(path) if path.is_dir() else Path(file.name)
            mode = "x" if os.access(file, os.X_OK) else "-"
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            total.update(f"{name} {mode} {content}\n".encode())
    return total.hexdigest()[:16]


def entry(
    kind: str,
    key: str,
    make: Callable[[Path], None],
    waiting: Callable[[Holder], None] | None = None,
) -> Path:
    """Folder of the entry `kind/key`, made by `make(folder)` when it is not there yet."""
    place = cache_root() / kind / key
    if place.is_dir():
        return place
    with _locked(kind, key, waiting):
        if place.is_dir():
            return place
        half = place.with_name(f"{key}.half")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(parents=True)
        try:
            make(half)
        except BaseException:
            shutil.rmtree(half, ignore_errors=True)  # a full disk needs its room back
            raise
        half.rename(place)
    return place


def prune(kind: str, keep: Iterable[str]) -> bool:
    """Remove the entries of `kind` whose keys are not in `keep`; say whether there were any."""
    wanted = set(keep)
    folder = cache_root() / kind
    old = [place for place in folder.iterdir() if place.name not in wanted]
    for place in old:
        with _locked(kind, place.name.removesuffix(".half")):
            shutil.rmtree(place, ignore_errors=True)
    return bool(old)


def _locked(
    kind: str, key: str, waiting: Callable[[Holder], None] | None = None
) -> AbstractContextManager[None]:
    return locked(cache_root() / "locks" / f"{kind}-{key}", f"building {kind}/{key}", waiting)
