"""The JSON schema of an environment file, for editors and checks: `python -m environments.schema`.

With `--check` nothing is written, and the exit status tells whether the file is up to date.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from environments.model import Environment

FILE: Final = Path(__file__).with_name("schema.json")


def schema() -> str:
    """Return the text of the schema, as it stands in the file."""
    content = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Environment.model_json_schema(),
    }
    return f"{json.dumps(content, indent=2, ensure_ascii=False)}\n"


def main(arguments: Sequence[str] | None = None, file: Path = FILE) -> int:
    """Write the schema file, or compare it; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m environments.schema", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, only compare")
    options = parser.parse_args(arguments)
    shown = f"{file.parent.name}/{file.name}"
    if not options.check:
        file.write_text(schema(), encoding="utf-8")
        sys.stdout.write(f"{shown} written\n")
        return 0
    if file.is_file() and file.read_text(encoding="utf-8") == schema():
        sys.stdout.write(f"{shown} is up to date\n")
        return 0
    sys.stderr.write(f"{shown} differs from the model: run `python -m environments.schema`\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
