"""Puts the jars of `jars.lock` into a folder, each checked against its SHA-256.

`python fetch_jars.py [FOLDER]`; without a folder, beside the jars of the installed pyspark.
"""

import hashlib
import importlib.util
import shutil
import sys
import tempfile
import urllib.request
from pathlib import Path

MAVEN = "https://repo1.maven.org/maven2"
LOCK = Path(__file__).with_name("jars.lock")
PATIENCE_S = 60
PIECE = 1 << 20


def main(words: list[str]) -> int:
    """Fetches what is not there yet; returns the exit code, 1 where a jar is not what it was."""
    folder = Path(words[0]) if words else _beside_pyspark()
    folder.mkdir(parents=True, exist_ok=True)
    for line in LOCK.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        digest, path = line.split()
        place = folder / path.rpartition("/")[2]
        if place.is_file() and _digest(place) == digest:
            continue
        with tempfile.TemporaryDirectory(dir=folder) as temporary:
            new = Path(temporary) / "jar"
            with (
                urllib.request.urlopen(f"{MAVEN}/{path}", timeout=PATIENCE_S) as source,  # noqa: S310 - https
                new.open("wb") as sink,
            ):
                shutil.copyfileobj(source, sink, PIECE)
            given = _digest(new)
            if given != digest:
                sys.stderr.write(f"{path} has SHA-256 {given}; jars.lock allows {digest} only\n")
                return 1
            new.replace(place)
    return 0


def _beside_pyspark() -> Path:
    spec = importlib.util.find_spec("pyspark")
    if spec is None or spec.origin is None:
        raise SystemExit("pyspark is not installed here: give the folder for the jars")
    return Path(spec.origin).parent / "jars"


def _digest(place: Path) -> str:
    with place.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
