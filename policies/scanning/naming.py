"""Names as Terraform has them: of types, of properties and of resources."""

import re
from functools import cache
from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict

from policies.scanning.shapes import Property

_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_-]")


class _Names(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    prefixes: dict[str, str]
    types: dict[str, str]
    plural_blocks: frozenset[str]
    blocks: dict[str, str]
    values: dict[str, str]
    by_type: dict[str, dict[str, str]]


@cache
def _names() -> _Names:
    file = Path(__file__).parent / "terraform_names.yaml"
    return _Names.model_validate(yaml.safe_load(file.read_text()))


def type_name(token: str) -> str:
    """Gives the Terraform type of a resource type of pulumi-aws.

    Terraform joins the service and the words of the name. What differs is in the table; a type
    that is newer than the table gets the name that the rule gives.
    """
    if written := _names().types.get(token):
        return written
    _, path, kind = token.split(":")
    module = path.partition("/")[0]
    prefix = _names().prefixes.get(module, module.lower())
    return "_".join(word for word in ("aws", prefix, snake(kind)) if word)


def property_name(type_: str, held: Property) -> str:
    """Gives the Terraform name of a property.

    Pulumi names what is a list in the plural. Terraform names repeated blocks in the singular,
    one each, and lists of values as their author did.

    Args:
        type_: The Terraform type.
        held: The property.
    """
    name = held.snake.removesuffix("_")  # the SDK's way round a reserved word
    if not held.listed:
        return name
    names = _names()
    if written := names.by_type.get(type_, {}).get(name):
        return written
    if held.block is None:
        return names.values.get(name, name)
    if name in names.plural_blocks:
        return name
    return names.blocks.get(name) or singular(name)


def snake(name: str) -> str:
    """``ServerSideEncryption`` is ``server_side_encryption``."""
    return _WORDS.sub("_", name).lower()


def singular(name: str) -> str:
    """The name of one of many, for the endings that the names of blocks have."""
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    if name.endswith(("sses", "xes", "ches", "shes")):
        return name[:-2]
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def identifier(name: str) -> str:
    """A resource's name with nothing in it that would end it in a reference."""
    return _NOT_IN_A_NAME.sub("_", name)
