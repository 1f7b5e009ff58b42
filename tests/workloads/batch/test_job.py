"""The job with real Spark against a real S3 server, its tables computed a second time by hand."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.delays import HISTORIES, LATE_MINUTES
from app.job import MANIFEST, REPORT, main
from app.tables import TABLES, Table
from tests.workloads.batch.conftest import fill, landed

Run = Callable[..., tuple[int, list[dict[str, Any]]]]
FEBRUARY = "2023-02"


@pytest.fixture(scope="module")
def environ() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture
def run(environ: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], object_store: Any) -> Run:
    """Runs the job as the pod does; returns its exit code and the lines of its log."""

    def run(**changes: str) -> tuple[int, list[dict[str, Any]]]:
        for name, value in {**object_store.environ(), **changes}.items():
            environ.setenv(name, value)
        code = main()
        lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
        return code, [json.loads(line) for line in lines]

    return run


@pytest.fixture
def features(request: pytest.FixtureRequest, object_store: Any) -> str:
    return object_store.make_bucket(f"features-{abs(hash(request.node.name))}")


def rows_of(objects: dict[str, bytes], table: Table) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The rows of a table by day and keys, with the month from the folder that they lie in."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for key, body in objects.items():
        folder, _, rest = key.partition("/")
        if folder == table.name:
            month = rest.partition("/")[0].removeprefix("month=")
            for row in pq.read_table(pa.BufferReader(body)).to_pylist():
                at = (row["day"], *(row[name] for name in table.keys))
                assert at not in found, f"{table.name}: {at} is there twice"
                found[at] = {**row, "month": month}
    return found


def known_on(row: dict[str, Any]) -> date:
    """The day on which a flight's arrival was known."""
    minutes = row["sched_dep_time"] // 100 * 60 + row["sched_dep_time"] % 100 + row["dep_delay"]
    day = date(row["year"], row["month"], row["day"]) + timedelta(days=minutes // 1440)
    # Midnight is 2400 among the clock times of a departure, and 0 after it.
    return day + timedelta(days=row["arr_time"] < row["dep_time"] % 2400)


def expected(flights: list[dict[str, Any]], table: Table) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The rows of a table, computed without Spark."""
    of_day, known = defaultdict(list), defaultdict(list)
    for row in flights:
        keys = tuple(row[name] for name in table.keys)
        of_day[date(row["year"], row["month"], row["day"]), *keys].append(row["arr_delay"])
        if row["arr_delay"] is not None:
            known[known_on(row), *keys].append(row["arr_delay"])
    rows = {}
    for (day, *keys), delays in of_day.items():
        came = [delay for delay in delays if delay is not None]
        row: dict[str, Any] = {
            "day": day,
            **dict(zip(table.keys, keys, strict=True)),
            "flights": len(delays),
            "arrived": len(came),
            "late": sum(delay > LATE_MINUTES for delay in came),
            "mean_delay": sum(came) / len(came) if came else None,
            "month": f"{day:%Y-%m}",
        }
        for days in HISTORIES:
            past = [
                delay
                for back in range(1, days + 1)
                for delay in known.get((day - timedelta(days=back), *keys), [])
            ]
            late = sum(delay > LATE_MINUTES for delay in past)
            row |= {
                f"arrived_before_{days}d": len(past),
                f"late_share_before_{days}d": late / len(past) if past else None,
                f"mean_delay_before_{days}d": sum(past) / len(past) if past else None,
            }
        rows[day, *keys] = row
    return rows


def test_every_table_is_what_the_flights_give(run, object_store, lake, features, flights) -> None:
    code, log = run(STORE_LAKE=lake, STORE_FEATURES=features)
    assert code == 0, log
    objects = object_store.objects(features)
    report = json.loads(objects[REPORT])
    assert report["flights"] == len(flights)
    for table in TABLES:
        found = rows_of(objects, table)
        assert found == expected(flights, table), table.name
        assert report["tables"][table.name]["rows"] == len(found)
        assert report["tables"][table.name]["flights"] == len(flights)
    folders = {key.rpartition("/")[0] for key in objects} - {"_reports"}
    assert folders == {
        f"{table.name}/month={month}" for table in TABLES for month in ("2023-01", FEBRUARY)
    }
    assert len(objects) == len(folders) + 1, "one file a month, and the report"


def test_a_run_replaces_its_own_months_and_no_other(run, object_store, features, flights) -> None:
    bucket = object_store.make_bucket("lake-of-february")
    february = [row for row in flights if row["month"] == 2]
    fill(object_store, bucket, landed(february))
    table = TABLES[0]
    other = {f"{table.name}/month=2022-12/kept.parquet": b"kept"}
    stale = {f"{table.name}/month={FEBRUARY}/of-an-earlier-run.parquet": b"stale"}
    fill(object_store, features, {**other, **stale})

    code, log = run(STORE_LAKE=bucket, STORE_FEATURES=features)
    assert code == 0, log

    objects = object_store.objects(features)
    assert objects.pop(next(iter(other))) == b"kept"
    assert next(iter(stale)) not in objects
    assert rows_of(objects, table) == expected(february, table)


def test_what_is_learnt_later_changes_no_earlier_day(flights) -> None:
    """The reference that the job is compared with has this property, so the job has it too."""
    table = TABLES[0]
    noon = date(2023, 2, 10)
    changed = [
        {**row, "arr_delay": 999} if row["arr_delay"] is not None and known_on(row) >= noon else row
        for row in flights
    ]
    before, after = expected(flights, table), expected(changed, table)
    history = [name for name in table.columns if "before" in name]
    early = [at for at in before if at[0] <= noon]
    assert len(early) > 100
    for at in early:
        assert [before[at][name] for name in history] == [after[at][name] for name in history]
    assert any(before[at] != after[at] for at in before if at[0] > noon)


def test_a_lake_that_lacks_rows_is_refused(run, object_store, features, flights) -> None:
    bucket = object_store.make_bucket("lake-with-a-hole")
    objects = landed(flights)
    fill(
        object_store, bucket, {key: body for key, body in objects.items() if "month=01" not in key}
    )
    code, log = run(STORE_LAKE=bucket, STORE_FEATURES=features)
    assert code == 65
    assert f"its manifest says {len(flights):,}" in log[-1]["message"]
    assert object_store.objects(features) == {}


def test_a_lake_without_flights_is_one_clear_line(run, object_store, features) -> None:
    bucket = object_store.make_bucket("empty-lake")
    code, log = run(STORE_LAKE=bucket, STORE_FEATURES=features)
    assert code == 65
    assert f"s3://{bucket}/{MANIFEST} is missing" in log[-1]["message"]
