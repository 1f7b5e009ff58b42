"""Changes of an environment that a rehearsal tries, read from `changes.yaml`."""

import copy
import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from sandbox.deployment import GONE, Operation
from sandbox.faults import SandboxError
from sandbox.files import replace

CHANGES: Final = Path(__file__).with_name("changes.yaml")
FILE: Final = "environment.yaml"
KEYS: Final = frozenset({"what", "at", "value", "add", "remove", "replaces", "refused", "where"})

Facts = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change, and what may come of it.

    Attributes:
        what: The change in words.
        at: Where it is made: keys, and mappings that find an item of a list.
        action: `value`, `add` or `remove`, with its operand.
        replaces: Patterns of the types that may be replaced or deleted.
        refused: Words of the refusal; None where it goes through.
        where: What the environment must have besides, for it to be made at all.
    """

    what: str
    at: Sequence[Any]
    action: tuple[str, Any]
    replaces: Sequence[str] = ()
    refused: str | None = None
    where: Sequence[Any] = ()

    def of(self, facts: Mapping[str, Any]) -> Facts | None:
        """The environment with the change; None where it has no such place."""
        changed = copy.deepcopy(dict(facts))
        holder: Any = changed
        for step in self.where:
            holder = _stepped(holder, step)
        if holder is None:
            return None
        *way, last = self.at
        holder = changed
        for step in way:
            holder = _stepped(holder, step)
            if holder is None:
                return None
        kind, operand = self.action
        if kind == "value":
            if holder.get(last) == operand:
                return None
            holder[last] = operand
        elif last not in holder:
            return None
        elif kind == "add":
            holder[last] += operand
        else:
            del holder[last]
        return changed

    def faults(self, operations: Iterable[Operation]) -> list[str]:
        """What was replaced or deleted, and must not be by this change."""
        return sorted(
            f"{one.kind} of {one.urn.rpartition('::')[2]} ({one.type})"
            for one in operations
            if one.kind in GONE and not any(fnmatch.fnmatch(one.type, p) for p in self.replaces)
        )


@dataclass(frozen=True, kw_only=True)
class Joint(Change):
    """Several changes as one.

    Attributes:
        parts: The changes, in the order in which they are made.
    """

    parts: Sequence[Change]

    def of(self, facts: Mapping[str, Any]) -> Facts | None:
        """The environment with every change that has a place in it; None where none has."""
        changed: Facts | None = None
        for part in self.parts:
            changed = part.of(changed or facts) or changed
        return changed


def together(changes: Sequence[Change]) -> list[Change]:
    """All changes that go through as one, then each that is refused."""
    parts = [change for change in changes if change.refused is None]
    joint = Joint(
        what=" and ".join(part.what for part in parts),
        at=(),
        action=("value", None),
        replaces=[pattern for part in parts for pattern in part.replaces],
        parts=parts,
    )
    return [*([joint] if parts else []), *(change for change in changes if change.refused)]


def _stepped(holder: Any, step: Any) -> Any:
    """What a step leads to; None where it leads nowhere."""
    if isinstance(step, dict):
        items = holder if isinstance(holder, list) else ()
        return next((item for item in items if step.items() <= item.items()), None)
    return holder.get(step) if isinstance(holder, dict) else None


def read(path: Path = CHANGES) -> list[Change]:
    """The changes of a file.

    Raises:
        SandboxError: An entry is none.
    """
    return [_change(path, entry) for entry in yaml.safe_load(path.read_text(encoding="utf-8"))]


def _change(path: Path, entry: Facts) -> Change:
    actions = [(name, entry[name]) for name in ("value", "add", "remove") if name in entry]
    if set(entry) - KEYS or not {"what", "at"} <= set(entry) or len(actions) != 1:
        raise SandboxError(
            f"{path.name}: {entry} is no change.",
            f"give what and at, one of value, add and remove, and none but {sorted(KEYS)}.",
        )
    return Change(
        what=entry["what"],
        at=entry["at"],
        action=actions[0],
        replaces=entry.get("replaces", ()),
        refused=entry.get("refused"),
        where=entry.get("where", ()),
    )


def write(folder: Path, name: str, facts: Mapping[str, Any]) -> None:
    """Write an environment where `MIZAN_ENVIRONMENTS` finds it.

    Args:
        folder: Folder of environments.
        name: Name of the environment.
        facts: What its file says.
    """
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    replace(place / FILE, yaml.safe_dump(dict(facts), sort_keys=False))
