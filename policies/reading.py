"""Readers that never trip over a value that is not known yet.

The policy SDK raises ``UnknownValueError`` when a rule touches a value that is only known after
apply (even for ``key in props``), and then reports the rule as *advisory*. So every rule gets the
properties thawed: plain data in which such a value is ``UNKNOWN``, a value of its own, to be
judged like any other.
"""

import enum
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from pulumi import Archive, Asset
from pulumi_policy import proxy

from policies.opening import opened

Tree: TypeAlias = Any
"""Thawed properties: dict, list, str, number, bool, None or ``UNKNOWN``."""

_SHOWN_CHARACTERS: Final = 160


class Mark(enum.Enum):
    """What stands where there is no plain value."""

    UNKNOWN = "a value that is not known before apply"
    MISSING = "nothing"


UNKNOWN: Final = Mark.UNKNOWN
MISSING: Final = Mark.MISSING

SENTINELS: Final = frozenset(
    value for name, value in vars(proxy).items() if name.startswith("UNKNOWN_")
)
"""What the engine puts where it does not know a value yet."""

_SEGMENT: Final = re.compile(r"([^.\[\]?]+)(\[[+*]\]|\?)?")


def thaw(value: Any) -> Tree:
    """Copies properties as the SDK hands them over into plain data.

    Args:
        value: Properties, wrapped in the SDK's unknown-checking proxies or not.

    Returns:
        The same data with ``UNKNOWN`` wherever the engine does not know the value yet.
    """
    if isinstance(value, str):
        return UNKNOWN if value in SENTINELS else value
    if isinstance(value, dict):
        return {str(key): thaw(element) for key, element in value.items()}
    if isinstance(value, list | tuple):
        return [thaw(element) for element in value]
    if isinstance(value, Asset | Archive):
        return thaw(vars(value))  # by its text, path, address or members
    if isinstance(value, Mapping | Sequence) and not isinstance(value, bytes):
        # A proxy raises on every other way in; by this key the SDK itself gets past it.
        wrapped: Any = value
        return thaw(wrapped["__target"])
    return value


def field(tree: Tree, key: str) -> Tree:
    """Reads one field: ``MISSING`` when absent or null, ``UNKNOWN`` inside an unknown."""
    if tree is UNKNOWN:
        return UNKNOWN
    if not isinstance(tree, dict) or tree.get(key) is None:
        return MISSING
    return tree[key]


def find(tree: Tree, path: str, at: str = "") -> Iterator[tuple[str, Tree]]:
    """Finds every value that a path names.

    Args:
        tree: Thawed properties.
        path: Field names joined by dots. ``name[*]`` stands for every element of a list, none if
            it is absent; ``name[+]`` is the same but an absent or empty list is ``MISSING``;
            with ``name?`` the rest of the path counts only where the field is there.
        at: Where the tree itself stands, to put before the paths found.

    Yields:
        Concrete path (``spec.ports[0].name``) and value; an unknown on the way ends the path.
    """
    head, _, rest = path.partition(".")
    match = _SEGMENT.fullmatch(head)
    if match is None:
        raise ValueError(f"{path!r} is not a property path")
    name, suffix = match[1], match[2] or ""
    here = f"{at}.{name}" if at else name
    for place, value in _spread(field(tree, name), here, suffix):
        if rest and value not in (UNKNOWN, MISSING):
            yield from find(value, rest, place)
        elif rest and value is MISSING:
            yield f"{place}.{rest}", MISSING
        else:
            yield place, value


def _spread(value: Tree, place: str, suffix: str) -> Iterator[tuple[str, Tree]]:
    """Yields the elements of a list where the path asks for them, or the value itself."""
    if suffix == "?" and value is MISSING:
        return
    if suffix in ("", "?") or value is UNKNOWN:
        yield place, value
    elif isinstance(value, list) and value:
        for index, element in enumerate(value):
            yield f"{place}[{index}]", element
    elif value is not MISSING and value != []:
        yield place, value  # not a list: judged as it stands, which fails closed
    elif suffix == "[+]":
        yield place, MISSING


def leaves(tree: Tree, at: str = "") -> Iterator[tuple[str, Tree]]:
    """Walks to every scalar at any depth, through documents in strings too.

    Yields:
        Concrete path and value; ``UNKNOWN`` is a leaf.
    """
    inner = structured(tree)
    if isinstance(inner, dict):
        for key, value in inner.items():
            yield from leaves(value, f"{at}.{key}" if at else key)
    elif isinstance(inner, list):
        for index, value in enumerate(inner):
            yield from leaves(value, f"{at}[{index}]")
    else:
        yield at, inner


def texts(tree: Tree, at: str = "") -> Iterator[tuple[str, str]]:
    """Walks to every text at any depth: strings and keys, and those of documents in strings."""
    inner = structured(tree)
    if isinstance(inner, dict):
        for key, value in inner.items():
            place = f"{at}.{key}" if at else key
            yield place, key
            yield from texts(value, place)
    elif isinstance(inner, list):
        for index, value in enumerate(inner):
            yield from texts(value, f"{at}[{index}]")
    elif isinstance(inner, str):
        yield at, inner


def structured(value: Tree) -> Tree:
    """Opens a string that holds a document of its own; gives anything else back as it is."""
    if isinstance(value, str):
        document = opened(value)
        return value if document is value else thaw(document)
    return value


def show(value: Tree) -> str:
    """Says what was given, in one short line that is safe to print."""
    if isinstance(value, Mark):
        return value.value
    text = json.dumps(value, default=repr, ensure_ascii=True)
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "..."
