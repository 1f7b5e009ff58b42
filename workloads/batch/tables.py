"""The tables that the job writes, for the catalogue that tells of them.

Job and catalogue read one declaration, so that what is told is what lies there.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_DECLARED: Final = json.loads((Path(__file__).parent / "app" / "tables.json").read_text())


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column."""

    name: str
    type: str
    """Its type, as SQL spells it."""
    holds: str = ""
    """What it holds, for whoever asks."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table: Parquet files in folders by month."""

    name: str
    """Its name, and its folder in the bucket."""
    holds: str
    """What a row says."""
    columns: Sequence[Column]
    """Columns of the files."""
    partition: Column
    """Column that is the name of the folder."""


def _table(name: str) -> Table:
    said = _DECLARED["tables"][name]
    ((partition, type_),) = _DECLARED["partition"].items()
    return Table(
        name=name,
        holds=said["holds"],
        columns=[
            Column(name="day", type="date", holds="Day of the schedule, where the flight left"),
            *(Column(name=key, type=kind) for key, kind in said["keys"].items()),
            *(
                Column(name=column, type=kind, holds=holds)
                for column, (kind, holds) in _DECLARED["columns"].items()
            ),
        ],
        partition=Column(name=partition, type=type_, holds="Month of the day, as 2023-01"),
    )


TABLES: Final = tuple(_table(name) for name in _DECLARED["tables"])
