"""Which inputs of AWS resources say where something is, under their many names."""

from pathlib import Path
from typing import Annotated, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError

PATH: Final = Path(__file__).resolve().with_name("fields.yaml")

Kind = Literal["region", "zone", "zone_id", "opens", "outside", "nothing"]


class FieldsError(Exception):
    """The table of inputs cannot be read, so no region may be judged by it."""


class Inputs(BaseModel):
    """Inputs of one kind: names that hold everywhere, and paths that hold in one type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    why: Annotated[str, Field(min_length=1)]
    keys: Annotated[str, Field(min_length=1)]
    paths: dict[str, str] = {}


class Table(RootModel[dict[Kind, Inputs]]):
    """All kinds."""

    model_config = ConfigDict(frozen=True)


def load(path: Path = PATH) -> tuple[dict[str, Kind], dict[str, dict[str, Kind]]]:
    """Reads the table.

    Returns:
        The kind of each name, and by type the kind of each path, without the indices of lists.

    Raises:
        FieldsError: The file is missing or faulty; the message says where.
    """
    try:
        table = Table.model_validate(yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise FieldsError(f"{path}: the table of inputs is faulty: {error}") from error
    keys: dict[str, Kind] = {}
    paths: dict[str, dict[str, Kind]] = {}
    for kind, inputs in table.root.items():
        keys |= dict.fromkeys(inputs.keys.split(), kind)
        for token, named in inputs.paths.items():
            paths.setdefault(token, {}).update(dict.fromkeys(named.split(), kind))
    return keys, paths


KEYS, PATHS = load()
"""Kinds by name, and by type and path. A faulty table stops the pack from starting."""
