"""The closed world: what is known of each type of the AWS provider, and whether it may be used.

`services.yaml` is written by people, one entry for each service with its exceptions; `types.txt` is
the list of all types, with the inputs that say where something is or how it is encrypted, as
``python -m policies.aws`` reads it from the installed provider.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from policies.aws.sdk import encryption_like, region_like

SERVICES: Final = Path(__file__).resolve().with_name("services.yaml")
TYPES: Final = Path(__file__).resolve().with_name("types.txt")

Offered = Literal["here", "absent", "disputed", "global"]
Does = Literal["data", "moves", "computes", "network", "rules", "settings"]
Scope = Literal["regional", "provider", "global"]

_NOT_HERE: Final = {
    "absent": "not offered in the country",
    "disputed": "not shown to work in the country",
}


class WorldError(Exception):
    """The table of services cannot be read, so no type may be used."""


class Group(BaseModel):
    """Types of a service that differ from it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    names: Annotated[str, Field(min_length=1)]
    why: Annotated[str, Field(min_length=1)]
    offered: Offered | None = None
    does: Does | None = None
    scope: Scope | None = None
    verdict: Literal["allowed", "refused"] | None = None
    rule: str | None = None


class Service(BaseModel):
    """What a service does, and whether it may be used."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    offered: Offered
    does: Does
    why: Annotated[str, Field(min_length=1)]
    scope: Scope | None = None
    verdict: Literal["allowed", "refused"] | None = None
    rule: str | None = None
    types: tuple[Group, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _each_name_once(self) -> "Service":
        names = [name for group in self.types for name in group.names.split()]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"{', '.join(sorted(twice))}: in two groups; allowed: in one")
        return self


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of one type.

    Attributes:
        offered: Whether the region has the service.
        does: What the type does to data.
        scope: Where it is: in a region of its own, in that of its provider, or in none.
        why: What it is, or why it is refused, in one sentence.
        refused: Whether no stack may use it.
        rule: The rule that judges or refuses it instead, if any.
    """

    offered: Offered
    does: Does
    scope: Scope
    why: str
    refused: bool
    rule: str | None


def load(services: Path = SERVICES, types: Path = TYPES) -> dict[str, Known]:
    """Classifies every type of the list.

    Returns:
        What is known of each type that has an entry for its service; the others are missing.

    Raises:
        WorldError: The table is missing or faulty; the message says where.
    """
    table = entries(services)
    return {
        token: _known(table[module], name)
        for token in baseline(types)
        for module, name in [_split(token)]
        if module in table
    }


def entries(path: Path = SERVICES) -> dict[str, Service]:
    """Reads the table of services.

    Raises:
        WorldError: It is missing or faulty.
    """
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        return {name: Service.model_validate(entry) for name, entry in loaded.items()}
    except (OSError, AttributeError, yaml.YAMLError, ValidationError) as error:
        raise WorldError(f"{path}: the table of services is faulty: {error}") from error


def baseline(path: Path = TYPES) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Reads the list of types.

    Returns:
        For each type the paths of its region-like and of its encryption-like inputs.

    Raises:
        WorldError: It is missing, or a line has not three columns.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        rows = (line.split("\t") for line in lines)
        return {
            token: (tuple(region.split()), tuple(encryption.split()))
            for token, region, encryption in rows
        }
    except (OSError, ValueError) as error:
        raise WorldError(f"{path}: the list of types is faulty: {error}") from error


def listing(types: dict[str, tuple[str, ...]]) -> str:
    """Writes the list of types as it is committed.

    Args:
        types: Each type with the paths of all its inputs.
    """
    return "".join(
        f"{token}\t{_named(paths, region_like)}\t{_named(paths, encryption_like)}\n"
        for token, paths in sorted(types.items())
    )


def _named(paths: tuple[str, ...], like: Callable[[str], bool]) -> str:
    return " ".join(
        sorted(path for path in paths if like(path.rpartition(".")[2].removesuffix("[]")))
    )


def _split(token: str) -> tuple[str, str]:
    module, _, name = token.split(":")[1].partition("/")
    return module, name


def _known(service: Service, name: str) -> Known:
    group = next((group for group in service.types if name in group.names.split()), None)
    own = group or service
    offered = own.offered or service.offered
    verdict = own.verdict or service.verdict
    rule = own.rule or (service.rule if own.verdict is None else None)
    refused = rule is None and (
        verdict == "refused" if verdict else offered in ("absent", "disputed")
    )
    why = f"{own.why} It is {_NOT_HERE[offered]}." if offered in _NOT_HERE else own.why
    return Known(
        offered=offered,
        does=own.does or service.does,
        scope=own.scope or service.scope or ("global" if offered == "global" else "regional"),
        why=why,
        refused=refused,
        rule=rule,
    )


WORLD: Final = load()
"""Every known type. A faulty table stops the pack from starting, and so the plan."""
