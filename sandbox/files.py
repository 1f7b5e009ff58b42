"""Files that are whole or as they were: whoever is killed while writing leaves no half one."""

import os
from pathlib import Path

PRIVATE = 0o600


def replace(path: Path, content: str | bytes, mode: int = 0o644) -> None:
    """Write `content` beside `path` and rename it into its place."""
    half = path.with_name(f"{path.name}.half")
    data = content.encode() if isinstance(content, str) else content
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as out:
        os.fchmod(out.fileno(), mode)
        out.write(data)
    half.replace(path)
