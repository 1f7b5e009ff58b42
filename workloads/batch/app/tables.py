"""The tables as `tables.json` declares them, which is what the catalogue tells of them too."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DECLARED = json.loads(Path(__file__).with_name("tables.json").read_text())
PARTITION = "month"
DAY = "day"


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table.

    Attributes:
        name: Its name, and its folder in the bucket.
        keys: Columns that, with the day, name a row.
        columns: Name and type of each column, as Spark spells them.
    """

    name: str
    keys: tuple[str, ...]
    columns: Mapping[str, str]


TABLES = tuple(
    Table(
        name=name,
        keys=tuple(said["keys"]),
        columns={
            DAY: "date",
            **said["keys"],
            **{column: type_ for column, (type_, _) in DECLARED["columns"].items()},
            **DECLARED["partition"],
        },
    )
    for name, said in DECLARED["tables"].items()
)
