import random
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "workloads" / "batch"))

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.job import MANIFEST

FIRST = date(2023, 1, 1)
DAYS = 59
"""January and February."""
ROUTES = [
    (origin, dest) for origin in ("EWR", "JFK", "LGA") for dest in ("HNL", "LAX", "MIA", "SJU")
]
SCHEMA = pa.schema(
    [
        *((name, pa.int64()) for name in ("year", "month", "day", "dep_time", "sched_dep_time")),
        *((name, pa.int64()) for name in ("dep_delay", "arr_time", "arr_delay")),
        *((name, pa.string()) for name in ("carrier", "origin", "dest")),
    ]
)


def clock(minutes: int) -> int:
    return minutes // 60 % 24 * 100 + minutes % 60


def flight(number: random.Random, day: date) -> dict[str, Any]:
    origin, dest = number.choice(ROUTES)
    scheduled, flown = number.randrange(300, 1439), number.randrange(60, 300)
    row = {
        "year": day.year, "month": day.month, "day": day.day, "sched_dep_time": clock(scheduled),
        "carrier": number.choice(["AA", "B6", "UA"]), "origin": origin, "dest": dest,
        "dep_time": None, "dep_delay": None, "arr_time": None, "arr_delay": None,
    }  # fmt: skip
    if number.random() < 0.03:
        return row
    delay = int(number.expovariate(1 / 25)) - 12 + (900 if number.random() < 0.01 else 0)
    return {
        **row,
        "dep_time": clock(scheduled + delay),
        "dep_delay": delay,
        "arr_time": clock(scheduled + delay + flown),
        "arr_delay": delay + number.randrange(-15, 15),
    }


@pytest.fixture(scope="session")
def flights() -> list[dict[str, Any]]:
    number = random.Random(7)  # noqa: S311 - the same flights in every run
    return [flight(number, FIRST + timedelta(days=day)) for day in range(DAYS) for _ in range(40)]


def landed(flights: list[dict[str, Any]]) -> dict[str, bytes]:
    """The flights as landing leaves them in the lake."""
    objects = {}
    for month in sorted({row["month"] for row in flights}):
        sink = pa.BufferOutputStream()
        rows = [row for row in flights if row["month"] == month]
        pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), sink, compression="zstd")
        objects[f"flights/year=2023/month={month:02}/flights.parquet"] = bytes(sink.getvalue())
    objects[MANIFEST] = json.dumps({"dataset": "flights", "rows": len(flights)}).encode()
    return objects


def fill(object_store: Any, bucket: str, objects: dict[str, bytes]) -> None:
    for key, body in objects.items():
        object_store.client().put_object(Bucket=bucket, Key=key, Body=body)


@pytest.fixture(scope="session")
def lake(object_store: Any, flights: list[dict[str, Any]]) -> str:
    bucket = object_store.make_bucket("lake")
    fill(object_store, bucket, landed(flights))
    return bucket
