"""What differs between two versions of a resource's inputs, field by field."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

Path = tuple[str | int, ...]
Change = Literal["add", "delete", "update"]
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Difference:
    """One field that differs."""

    path: Path
    change: Change

    def __str__(self) -> str:
        """Return the path as the engine writes it, such as `spec.containers[0].image`."""
        text = ""
        for part in self.path:
            if isinstance(part, int):
                text += f"[{part}]"
            elif _PLAIN_KEY.fullmatch(part):
                text += f".{part}" if text else part
            else:
                text += '["' + part.replace('"', '\\"') + '"]'
        return text


def differences(old: Any, new: Any, path: Path = ()) -> Iterator[Difference]:
    """Yield the fields that differ, each at its deepest path; null is the same as absent."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            yield from differences(old.get(key), new.get(key), (*path, key))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else None
            after = new[index] if index < len(new) else None
            yield from differences(before, after, (*path, index))
    elif old is None and new is not None:
        yield Difference(path, "add")
    elif new is None and old is not None:
        yield Difference(path, "delete")
    elif old != new or isinstance(old, bool) is not isinstance(new, bool):
        yield Difference(path, "update")
