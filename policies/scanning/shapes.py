"""How a resource type is built, read from the installed SDK: which properties hold blocks.

Terraform has a list of blocks where Pulumi has one object (at most one block) or a list, and a map
where Pulumi has a map. The plan alone cannot tell an object from a map; the SDK's types can.
"""

import importlib
import importlib.util
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final, get_args, get_origin

_SDK: Final = "pulumi_aws"
_TABLE: Final = re.compile(r'resource_modules="""(.*?)"""', re.DOTALL)


class NotConvertedError(Exception):
    """A resource of the plan has no counterpart that checkov could read."""


@dataclass(frozen=True)
class Property:
    """What one property holds.

    Attributes:
        snake: Its name in snake case, as the SDK spells it.
        listed: Whether Pulumi takes a list.
        mapped: Whether it is a map, whose keys are the user's.
        block: The class of the objects in it; none where it holds plain values.
    """

    snake: str
    listed: bool
    mapped: bool
    block: type | None

    @classmethod
    def plain(cls, snake: str, value: object) -> "Property":
        """What a property holds that the SDK does not know: the value says it."""
        listed, mapped = isinstance(value, list), isinstance(value, dict)
        return cls(snake=snake, listed=listed, mapped=mapped, block=None)


def properties_of(token: str) -> dict[str, Property]:
    """Gives the properties of a resource type, by the names that the engine uses.

    Raises:
        NotConvertedError: The installed SDK has no such type.
    """
    module_name = _modules().get(token)
    if module_name is None:
        raise NotConvertedError(
            f"{token}: no resource type of the installed {_SDK}; allowed: its types"
        )
    kind = token.rpartition(":")[2]
    package = importlib.import_module(module_name)
    file = importlib.import_module(f"{module_name}.{_file_of(package, kind)}")
    arguments = getattr(file, f"{kind}InitArgs", None) or getattr(file, f"{kind}Args")
    return block_properties(arguments)


@cache
def block_properties(arguments: type) -> dict[str, Property]:
    """Gives the properties that a class of arguments takes, by the names that the engine uses."""
    hints = vars(arguments)["__init__"].__annotations__
    found = {}
    for snake, hint in hints.items():
        getter = vars(arguments)[snake].fget
        name = getattr(getter, "_pulumi_name", None) or snake
        found[name] = _property(snake, hint, arguments.__module__)
    return found


def tokens() -> frozenset[str]:
    """Every resource type of the installed SDK."""
    return frozenset(_modules())


def _property(snake: str, hint: Any, module: str) -> Property:
    listed = mapped = False
    while True:
        origin, parts = get_origin(hint), get_args(hint)
        if not parts:
            break
        if getattr(origin, "__name__", "") == "Sequence":
            listed = True
        elif getattr(origin, "__name__", "") == "Mapping":
            mapped, parts = True, parts[1:]
        plain = [part for part in parts if _plain(part)]
        # What also takes a text, a policy document say, is a text to Terraform.
        hint = str if str in plain else next(filter(_refers, plain), plain[0])
    name = hint if isinstance(hint, str) else getattr(hint, "__forward_arg__", "")
    block = getattr(importlib.import_module(module), name, None) if name.endswith("Args") else None
    return Property(snake=snake, listed=listed, mapped=mapped, block=block)


def _plain(hint: Any) -> bool:
    """Whether this member of a union is the value itself, and no promise of it, nor nothing."""
    name = getattr(get_origin(hint), "__name__", "") or getattr(hint, "__name__", "")
    return name not in ("Awaitable", "Output", "NoneType")


def _refers(hint: Any) -> bool:
    return "Args'" in repr(hint)


def _file_of(package: ModuleType, kind: str) -> str:
    module: str = getattr(package, kind).__module__
    return module.rpartition(".")[2]


@cache
def _modules() -> dict[str, str]:
    """Type to the module of the SDK that holds it, from the SDK's own table."""
    source = importlib.util.find_spec(_SDK)
    if source is None or source.origin is None:
        raise NotConvertedError(f"{_SDK} is not installed. Remedy: `make tools`.")
    table = _TABLE.search(Path(source.origin).read_text())
    if table is None:
        raise NotConvertedError(f"{source.origin} holds no table of types any more")
    return {
        token: entry["fqn"] for entry in json.loads(table[1]) for token in entry.get("classes", {})
    }
