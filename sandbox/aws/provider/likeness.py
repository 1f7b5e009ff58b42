"""When two values of a property mean the same."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pulumi.runtime.rpc import UNKNOWN


def meaning(value: Any) -> Any:
    """Return a value in a form that is equal for equal meanings.

    A JSON document is taken by its content; in it, one item and a list of one are the same, and
    the order of plain items does not count, as in IAM.
    """
    if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
        try:
            return _document(json.loads(value))
        except ValueError:
            return value
    if isinstance(value, dict):
        found = {k: meaning(v) for k, v in value.items() if not k.startswith("__")}
        return {k: v for k, v in found.items() if v is not None}
    if isinstance(value, list):
        return [meaning(item) for item in value]
    return value


def _document(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _document(item) for name, item in value.items()}
    if isinstance(value, list):
        items = [_document(item) for item in value]
        if len(items) == 1:
            return items[0]
        if all(isinstance(item, str | int | float) for item in items):
            return sorted(items, key=str)
        return items
    return value


def differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Yield the properties that two versions of the inputs differ in."""
    for name in sorted({*old, *new}):
        if not name.startswith("__") and meaning(old.get(name)) != meaning(new.get(name)):
            yield name


def as_declared(declared: Any, live: Any) -> bool:
    """Return whether what AWS has is what was declared, beside what AWS added itself.

    The order of a list does not count: AWS keeps most of them as sets.
    """
    if isinstance(declared, dict) and isinstance(live, dict):
        return all(as_declared(item, live.get(name)) for name, item in declared.items())
    if isinstance(declared, list) and isinstance(live, list):
        return len(declared) == len(live) and _each_once(declared, live)
    if declared in (None, UNKNOWN) or (not declared and not live):
        return True
    return bool(meaning(declared) == meaning(live)) or str(declared) == str(live)


def _each_once(declared: list[Any], live: list[Any]) -> bool:
    rest = list(live)
    for item in declared:
        match = next((i for i, other in enumerate(rest) if as_declared(item, other)), None)
        if match is None:
            return False
        rest.pop(match)
    return True
