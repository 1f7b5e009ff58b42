from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from app.source import Source
from app.weather import COLUMNS, with_weather


def flights(*hours: datetime, origin: str = "JFK") -> pa.Table:
    times = pa.array(hours, pa.timestamp("us", tz="UTC"))
    return pa.table({"origin": [origin] * len(hours), "time_hour": times})


def observed(*hours: datetime, origin: str = "JFK") -> pa.Table:
    table = flights(*hours, origin=origin)
    for name in COLUMNS:
        table = table.append_column(name, pa.array(range(len(hours)), pa.float64()))
    return table


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        (datetime(2023, 1, 15, 9, tzinfo=UTC), datetime(2023, 1, 15, 14, tzinfo=UTC)),
        (datetime(2023, 7, 15, 9, tzinfo=UTC), datetime(2023, 7, 15, 13, tzinfo=UTC)),
        (datetime(2023, 7, 15, 22, tzinfo=UTC), datetime(2023, 7, 16, 2, tzinfo=UTC)),
        (datetime(2023, 3, 12, 1, tzinfo=UTC), datetime(2023, 3, 12, 6, tzinfo=UTC)),
        (datetime(2023, 3, 12, 3, tzinfo=UTC), datetime(2023, 3, 12, 7, tzinfo=UTC)),
        (datetime(2023, 11, 5, 5, tzinfo=UTC), datetime(2023, 11, 5, 10, tzinfo=UTC)),
    ],
)
def test_a_local_hour_meets_the_weather_of_the_same_moment(local: datetime, utc: datetime) -> None:
    joined = with_weather(flights(local), observed(utc))
    assert joined["visib"].to_pylist() == [0.0]


def test_another_airport_or_hour_gives_no_weather() -> None:
    winter = datetime(2023, 1, 15, 9, tzinfo=UTC)
    seen = observed(datetime(2023, 1, 15, 14, tzinfo=UTC), origin="LGA")
    assert with_weather(flights(winter), seen)["temp"].to_pylist() == [None]


def test_nearly_every_flight_has_weather(source: Source) -> None:
    missing = source.table["temp"].null_count / source.table.num_rows
    assert 0 < missing < 0.003


def test_the_weather_that_is_joined_is_coldest_before_dawn(source: Source) -> None:
    """By local clocks: joined by the wrong hour, mornings would not be the coldest."""
    hour = pc.hour(source.table["time_hour"])
    temperature = source.table["temp"]
    means = {at: pc.mean(temperature.filter(pc.equal(hour, at))).as_py() for at in (6, 15)}
    assert means[15] > means[6] + 5
