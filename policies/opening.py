"""Opens texts that hold a document of their own: JSON, YAML, Java properties, env and INI files.

A plan carries such documents as one string: a policy, a pod template, the settings of a broker.
What stands in them is judged like any other property; what cannot be opened stays a text.
"""

import json
import re
from functools import lru_cache
from itertools import chain
from typing import Any, Final

import yaml

_LONGEST: Final = 262_144
"""Characters of a document that is still opened; a longer one is judged as plain text."""
_LARGEST: Final = 50_000
"""Values in a document, aliases written out; more is an attack on whoever reads it."""

_ASSIGNED: Final = re.compile(r"(?:export\s+)?([A-Za-z_][\w.\-/>]*)\s*=\s*(.*)", re.DOTALL)
_SPACED: Final = re.compile(r"([A-Za-z_][\w\-]*(?:\.[\w\-]+)+)\s*[:\s]\s*(\S.*)", re.DOTALL)
_YAML: Final = re.compile(
    r"""\A(?:\s*(?:\#[^\n]*)?\n)*(?:---|\s*-\s|\s*["']?[\w.$/\- ]+["']?\s*:(?:\s|$))"""
)
_ENCODED: Final = re.compile(r"[A-Za-z0-9+/\s]+={1,2}\s*")
"""Base64 and a line end, which is no property: nothing stands behind the sign."""
_TURNS: Final = 8
"""How many members of one name are judged: the first ones, and the last."""
_LAST: Final = -1

_MARKED: Final = re.compile(r"\A[\s\ufeff]*\ufeff")
_SKIPPED: Final = ("#", "!", ";", "[")
_SCALARS: Final = (str, int, float, bool, type(None))


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads plain data only; a date stays the text that it is."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the name that the library looks for
        first: [entry for entry in entries if entry[0] != "tag:yaml.org,2002:timestamp"]
        for first, entries in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def opened(text: str) -> Any:
    """Opens the document that a text holds.

    Args:
        text: Any string of a plan.

    Returns:
        A dict or list; the text itself where it holds no document, or one too large to open.
    """
    start = text.lstrip()[:1]
    if start == "\ufeff":
        inner = opened(_MARKED.sub("", text))  # a byte order mark, which readers skip
        return text if isinstance(inner, str) else inner
    if start in ("{", "[") or "\n" in text:
        return _opened(text) if len(text) <= _LONGEST else _json(text) or text
    return text


@lru_cache(maxsize=512)
def _opened(text: str) -> Any:
    for read in (_json, _properties, _yaml):
        document = read(text)
        if document is not None:
            return document
    return text


def _json(text: str) -> Any:
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        document, most = _members(text, _LAST)
    except ValueError:
        return None
    if most == 1:
        return document
    # Which member counts of those with one name is up to who reads it, so each has its turn.
    turns = [_members(text, turn)[0] for turn in range(min(most, _TURNS) - 1)] + [document]
    return list(chain(*turns)) if isinstance(document, list) else turns


def _members(text: str, turn: int) -> tuple[Any, int]:
    """Reads JSON by one turn of what is said more than once, and tells how often it is.

    `turn` counts from 0, and is `_LAST` for what most readers take.
    """
    most = 1

    def paired(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal most
        found = dict(pairs)
        if len(found) < len(pairs):
            said: dict[str, list[Any]] = {name: [] for name in found}
            for name, value in pairs:
                said[name].append(value)
            most = max(most, *map(len, said.values()))
            found = {name: values[min(turn, len(values) - 1)] for name, values in said.items()}
        return found

    return json.loads(text, object_pairs_hook=paired), most


def _properties(text: str) -> dict[str, str] | None:
    """Reads a file in which every line assigns; None if one line does anything else."""
    found: dict[str, str] = {}
    if _ENCODED.fullmatch(text):
        return None
    for line in text.replace("\\\r\n", "").replace("\\\n", "").splitlines():
        told = line.strip()
        if not told or told.startswith(_SKIPPED):
            continue
        match = _ASSIGNED.fullmatch(told) or _SPACED.fullmatch(told)
        if match is None:
            return None
        value = match[2].strip().strip("\"'")
        # A name said twice holds both values: which one counts is up to who reads it.
        found[match[1]] = f"{found[match[1]]},{value}" if match[1] in found else value
    return found or None


def _yaml(text: str) -> Any:
    if _YAML.match(text) is None:
        return None
    try:
        documents = list(yaml.load_all(text, _Loader))
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    document = documents[0] if len(documents) == 1 else documents
    if not isinstance(document, dict | list) or _size(document, {}) > _LARGEST:
        return None
    return document


def _size(tree: Any, known: dict[int, int]) -> int:
    """Counts values with aliases written out; a tree that holds itself is too large."""
    if isinstance(tree, _SCALARS):
        return 1
    if id(tree) not in known:
        known[id(tree)] = _LARGEST + 1
        inner = tree.values() if isinstance(tree, dict) else tree
        known[id(tree)] = 1 + sum(_size(value, known) for value in inner)
    return known[id(tree)]
