"""Writes what the boundary is compiled to: ``python -m policies.layers [--check]``."""

import argparse
import sys

from policies.layers.artefacts import FOLDER, artefacts


def main() -> int:
    """Writes the files, or tells which of them are not what the boundary compiles to.

    Returns:
        The exit status: 1 if a file is missing, differs, or is nobody's.
    """
    parser = argparse.ArgumentParser(prog="python -m policies.layers", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, tell what differs")
    checks = parser.parse_args().check
    made = artefacts()
    there = {
        path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8")
        for path in FOLDER.rglob("*")
        if path.is_file()
    }
    stale = sorted(path for path in {*made, *there} if made.get(path) != there.get(path))
    if checks:
        for path in stale:
            sys.stderr.write(f"{FOLDER / path} is not what the boundary compiles to\n")
        return 1 if stale else 0
    for path in stale:
        file = FOLDER / path
        if path in made:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(made[path], encoding="utf-8")
        else:
            file.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
