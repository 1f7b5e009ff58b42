"""Jars that an image is made of: those its `pom.xml` leads to, exactly as its `jars.lock` says."""

import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path

from sandbox.cache import digest_of, entry
from sandbox.commands import run
from sandbox.faults import SandboxError
from sandbox.layout import cache_root
from sandbox.progress import Step

DESCRIPTION = "pom.xml"
LOCK = "jars.lock"
SHOWN = 5
"""So many differences are named."""


def jars(context: Path, step: Step) -> Path | None:
    """Folder with the jars of an image, fetched once; None where it is made of none.

    Maven fetches them, from where this machine's Maven fetches everything.

    Raises:
        SandboxError: Maven is missing or fails, or a jar is not the one of the lock.
    """
    description, lock = context / DESCRIPTION, context / LOCK
    if not description.exists():
        return None

    def make(folder: Path) -> None:
        step.waiting_for = "jars"
        step.say("fetching jars")
        _fetch(description, folder)
        _compare(folder, lock)

    return entry("jars", digest_of([description, lock]), make)


def renew(context: Path) -> None:
    """Write the lock anew from what the description leads to today."""
    folder = cache_root() / "jars" / "renewed"
    shutil.rmtree(folder, ignore_errors=True)
    _fetch(context / DESCRIPTION, folder)
    lines = (f"{digest}  {name}\n" for name, digest in sorted(_digests(folder).items()))
    (context / LOCK).write_text("".join(lines))
    shutil.rmtree(folder)


def _fetch(description: Path, folder: Path) -> None:
    run(
        ["mvn", "--batch-mode", "--quiet", "--file", description,
         f"-Dmaven.repo.local={cache_root() / 'maven'}",
         "dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder}"],
        remedy="apt-get install maven, and check that Maven reaches its repository.",
    )  # fmt: skip


def _compare(folder: Path, lock: Path) -> None:
    """Refuse what the lock does not name.

    Raises:
        SandboxError: A jar is missing, another one, or not in the lock.
    """
    wanted = {
        name: digest for digest, name in (line.split() for line in lock.read_text().splitlines())
    }
    found = _digests(folder)
    differing = sorted(name for name in {*wanted, *found} if wanted.get(name) != found.get(name))
    if differing:
        raise SandboxError(
            f"{len(differing)} jars are not those of {lock.parent.name}/{lock.name}: "
            f"{_listing(differing)}.",
            "if the description was changed on purpose, run `make lock`; else do not trust them.",
        )


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.jar")
    }


def _listing(names: Iterable[str]) -> str:
    known = list(names)
    rest = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return ", ".join(known[:SHOWN]) + rest


if __name__ == "__main__":
    for found in Path().glob(f"*/*/{DESCRIPTION}"):
        renew(found.parent)
