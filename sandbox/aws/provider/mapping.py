"""Between Pulumi's properties and AWS's parameters, by name against botocore's shapes.

Names match without regard to case, punctuation and plural, also with the type's noun before them
(`name` of a LogGroup is `logGroupName`). Pulumi flattens a block that occurs once, where AWS has a
list of one; tags are a map here and a list of pairs there; numbers may be texts.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sandbox.aws.provider.schema import Kind, Property

_WHOLE = {"integer": int, "long": int, "float": float, "double": float}


class UnmappedError(Exception):
    """A property that has no place in the parameters; its text is the path."""


@cache
def plain(name: str) -> str:
    """Return what two spellings of one name have in common."""
    name = re.sub(r"[^a-z0-9]", "", name.lower())
    if name.endswith("ies"):
        return name[:-3] + "y"
    if name.endswith(("sses", "xes")):
        return name[:-2]
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def member_of(shape: Any, name: str, noun: str = "") -> str | None:
    """Return the member of a structure that a property is, or None."""
    members = shape.members
    if name in members:
        return name
    for wanted in (plain(name), plain(noun + name)):
        for member in members:
            if plain(member) == wanted:
                return str(member)
    return None


def to_parameter(  # noqa: C901, PLR0911 - one branch for each kind of shape
    value: Any, shape: Any, rename: Mapping[str, str], path: str
) -> Any:
    """Return a value of a property in the shape that AWS wants.

    Args:
        value: plain value.
        shape: botocore's shape of the parameter.
        rename: AWS's name for each path of properties that is called otherwise.
        path: of the property, without indexes, such as `rules.filter`.

    Raises:
        UnmappedError: the shape has no place for part of the value.
    """
    kind = shape.type_name
    if kind == "structure":
        return _structure(value, shape, rename, path)
    if kind == "list":
        if isinstance(value, dict) and (pair := _pair(shape.member)):
            return [{pair[0]: name, pair[1]: item} for name, item in value.items()]
        items = value if isinstance(value, list) else [value]
        return [to_parameter(item, shape.member, rename, path) for item in items]
    if kind == "map":
        return {str(k): to_parameter(v, shape.value, rename, path) for k, v in value.items()}
    if kind in _WHOLE:
        return _WHOLE[kind](value)
    if kind == "boolean":
        return value.lower() == "true" if isinstance(value, str) else bool(value)
    if kind == "blob":
        return value.encode() if isinstance(value, str) else value
    if kind == "string" and not isinstance(value, str):
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, dict | list):
            raise UnmappedError(path)
        return str(value)
    return value


def _structure(value: Any, shape: Any, rename: Mapping[str, str], path: str) -> Any:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, str) and value.lstrip().startswith("{"):
        value = json.loads(value)
    if not isinstance(value, dict):
        raise UnmappedError(path)
    made = {}
    for name, item in value.items():
        if item is None or name.startswith("__"):
            continue
        where = f"{path}.{name}"
        member = rename.get(where) or member_of(shape, name)
        if member is None or member not in shape.members:
            raise UnmappedError(where)
        made[member] = to_parameter(item, shape.members[member], rename, where)
    return made


def from_answer(  # noqa: C901, PLR0911 - one branch for each kind of property
    value: Any, kind: Kind, rename: Mapping[str, str], path: str
) -> Any:
    """Return a value of AWS's answer as Pulumi wants it; None for what has none."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if kind.name == "object":
        if isinstance(value, list):
            value = value[0] if value else None
        if not isinstance(value, dict):
            return None
        return from_structure(value, kind.properties, rename, f"{path}.")
    if kind.name == "list" and kind.of:
        items = value if isinstance(value, list) else [value]
        return [from_answer(item, kind.of, rename, path) for item in items]
    if kind.name == "map" and isinstance(value, list):
        return from_pairs(value)
    if kind.name == "text":
        return _text(value)
    if kind.name in {"integer", "number"} and isinstance(value, str):
        return float(value) if "." in value else int(value)
    if kind.name == "boolean" and isinstance(value, str):
        return value.lower() in {"true", "enabled"}
    return value


def from_structure(
    found: Mapping[str, Any],
    properties: Mapping[str, Property],
    rename: Mapping[str, str],
    path: str = "",
    noun: str = "",
) -> dict[str, Any]:
    """Return the properties that a structure of AWS's answer holds."""
    by_plain = {plain(name): name for name in found}
    made = {}
    for name, known in properties.items():
        spellings = (rename.get(f"{path}{name}", ""), name)
        member = next((s for s in spellings if s in found), None)
        for wanted in (plain(name), plain(noun + name)):
            member = member or by_plain.get(wanted)
        if member is None or found[member] is None:
            continue
        value = from_answer(found[member], known.kind, rename, f"{path}{name}")
        if value is not None:
            made[name] = value
    return made


def from_pairs(pairs: Any) -> dict[str, Any]:
    """Return a list of pairs, such as tags, as a map."""
    if isinstance(pairs, dict):
        return pairs
    made: dict[str, Any] = {}
    for pair in pairs:
        lower = {name.lower().removeprefix("tag"): value for name, value in pair.items()}
        made[str(lower.get("key", lower.get("name")))] = lower.get("value", "")
    return made


def _pair(shape: Any) -> tuple[str, str] | None:
    """Return the members of a pair that stands for one entry of a map, such as a tag."""
    names = list(getattr(shape, "members", ()))
    value = next((name for name in names if name.lower().endswith("value")), None)
    key = next((name for name in names if name.lower().endswith(("key", "name"))), None)
    return (key, value) if key and value and len(names) == 2 else None  # noqa: PLR2004 - a pair


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return json.dumps(value, default=str)
    return str(value)
