"""The resource types of the installed AWS provider and all their inputs, read from its sources.

Constructors of the argument classes are read as text, which takes a second where an import takes
a minute. They hold deprecated inputs too, which the properties of the classes may not.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_CLASS: Final = re.compile(
    r"^class (\w+Args)(?:\([^)]*\))?:\n    def __init__\(__self__(?:, \*,\n((?: {17}.*\n)+))?",
    re.MULTILINE,
)
_INPUT: Final = re.compile(r"^ {17}(\w+): (.*?)(?: = None)?(?:,|\):)$", re.MULTILINE)
_NESTED: Final = re.compile(r"'(?:(\w+)\.)?(\w+Args)'")
_NAMED: Final = re.compile(r'getter\(name="(\w+)"\)\n    def (\w+)\(')
_TOKEN: Final = re.compile(r'^@pulumi\.type_token\("([^"]+)"\)', re.MULTILINE)
_MODULES: Final = re.compile(r'resource_modules="""(.*?)"""', re.DOTALL)

_WORD: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_REGION: Final = frozenset(
    [
        "region",
        "regions",
        "regional",
        "zone",
        "zones",
        "outpost",
        "outposts",
        "location",
        "locations",
        "geolocation",
        "geoproximity",
        "locale",
    ]
)
_GROUPS: Final = ("networkBorderGroup", "NetworkBorderGroup")
_ENCRYPTION: Final = frozenset(
    [
        "kms",
        "cmk",
        "encrypt",
        "encrypted",
        "encryption",
        "encrypts",
        "sse",
        "ssl",
        "tls",
        "mtls",
        "https",
        "cipher",
        "ciphers",
    ]
)
_PROTOCOLS: Final = ("rotocol", "minimumProtocolVersion", "securityPolicy")


def region_like(name: str) -> bool:
    """Tells whether the name of an input may say where something is."""
    words = [word.lower() for word in _WORD.findall(name)]
    return not _REGION.isdisjoint(words) or name.endswith(_GROUPS)


def encryption_like(name: str) -> bool:
    """Tells whether the name of an input may say that something is encrypted, or how."""
    words = [word.lower() for word in _WORD.findall(name)]
    return not _ENCRYPTION.isdisjoint(words) or name.endswith(_PROTOCOLS)


class SdkError(Exception):
    """The sources of the provider cannot be found or do not look as expected."""


@dataclass(frozen=True)
class Input:
    """One input of an argument class: its name on the wire, and the class nested in it."""

    name: str
    nested: str | None
    many: bool


def inputs() -> dict[str, tuple[str, ...]]:
    """Reads all resource types of the installed provider.

    Returns:
        For each token the paths of its inputs at any depth, ``rules[].copyActions[].lifecycle``.

    Raises:
        SdkError: The provider is not installed, or a type has no argument class.
    """
    root = _root()
    found = _MODULES.search((root / "__init__.py").read_text(encoding="utf-8"))
    if found is None:
        raise SdkError(f"{root}: names no resource modules; is it pulumi_aws?")
    types = {}
    for module in json.loads(found[1]):
        folder = root / module["fqn"].removeprefix("pulumi_aws.")
        for token, name in module["classes"].items():
            own, nested = _folder(folder)
            if token not in own:
                raise SdkError(f"{folder}: no file of {token}")
            arguments = own[token].get(f"{name}InitArgs") or own[token].get(f"{name}Args", ())
            types[token] = tuple(_paths(arguments, nested))
    return types


def camel(name: str) -> str:
    """Gives the name on the wire of an input that has no name of its own there."""
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)


def _root() -> Path:
    spec = find_spec("pulumi_aws")
    if spec is None or spec.origin is None:
        raise SdkError("pulumi_aws is not installed; allowed: the version of locks/")
    return Path(spec.origin).parent


_Classes = Mapping[str, tuple[Input, ...]]


@cache
def _folder(folder: Path) -> tuple[Mapping[str, _Classes], _Classes]:
    own: dict[str, _Classes] = {}
    for file in folder.glob("*.py"):
        if file.name not in ("outputs.py", "_inputs.py") and not file.name.startswith("get_"):
            text = file.read_text(encoding="utf-8")
            own |= dict.fromkeys(_TOKEN.findall(text), _classes(text))
    nested = folder / "_inputs.py"
    return own, _classes(nested.read_text(encoding="utf-8")) if nested.exists() else {}


def _classes(text: str) -> _Classes:
    named = {python: wire for wire, python in _NAMED.findall(text)}
    return {
        match[1]: tuple(_input(name, kind, named) for name, kind in _INPUT.findall(match[2] or ""))
        for match in _CLASS.finditer(text)
    }


def _input(name: str, kind: str, named: Mapping[str, str]) -> Input:
    nested = _NESTED.search(kind)
    # A class of another module is a policy document, whose content rules read as JSON.
    inside = nested[2] if nested is not None and nested[1] in (None, "_inputs") else None
    return Input(named.get(name, camel(name)), inside, many="Sequence[" in kind)


def _paths(
    arguments: tuple[Input, ...],
    nested: _Classes,
    at: str = "",
    inside: frozenset[str] = frozenset(),
) -> Iterator[str]:
    for one in arguments:
        path = f"{at}{one.name}{'[]' if one.many and one.nested else ''}"
        yield path
        if one.nested and one.nested in nested and one.nested not in inside:
            yield from _paths(nested[one.nested], nested, f"{path}.", inside | {one.nested})
