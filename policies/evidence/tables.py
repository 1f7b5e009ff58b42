"""The tables of stores and doors: what a plan says of data, by type, as people write it."""

import re
from functools import cache
from pathlib import Path
from typing import Annotated, Final, TypeVar

import yaml
from pydantic import Field, TypeAdapter, field_validator

from policies.frameworks.framework import Data, Text

_ROOT: Final = Path(__file__).resolve().parent
_Row = TypeVar("_Row", bound=Data)
Type = Annotated[str, Field(pattern=r"^[\w-]+:[\w./-]+:\w+$")]


class Place(Data):
    """Where in a plan something is said of a store."""

    path: Text
    at: Type | None = None
    """Type of the resource that says it, if not the store itself."""
    by: Text | None = None
    """Its property that was made from the store; without one, every resource of the type counts."""
    of: Text | None = None
    """Property of the store that was made from it, where the reference goes the other way."""
    read: Text | None = None
    """Pattern whose group is the value, where it is written in a text."""
    unit: Text | None = None

    @field_validator("read")
    @classmethod
    def _one_group(cls, value: str | None) -> str | None:
        if value is not None and re.compile(value).groups != 1:
            raise ValueError("a pattern has one group, which is the value")
        return value


class Store(Data):
    """A type that keeps data."""

    holds: Text
    where: Text | None = None
    """Property without which a resource of this type keeps nothing."""
    key: Place | None = None
    retention: Place | None = None
    lock: Place | None = None
    parts: list[Type] = Field(default=[])
    only: list[Type] = Field(default=[])
    """The only types that receive something, where most of what is made from the store does not."""


class Door(Data):
    """A type by which something leads out."""

    leads: Text
    to: list[Text]
    when: Text | None = None
    said_by: Place | None = None
    """What a resource made from it says of it."""


@cache
def stores() -> dict[str, Store]:
    """Types that keep data."""
    return _rows("stores.yaml", Store)


@cache
def doors() -> dict[str, Door]:
    """Types by which something leads out."""
    return _rows("doors.yaml", Door)


def _rows(name: str, row: type[_Row]) -> dict[str, _Row]:
    written = yaml.safe_load((_ROOT / name).read_text(encoding="utf-8"))
    return TypeAdapter(dict[Type, row]).validate_python(written)  # type: ignore[valid-type] # a type made at run time
