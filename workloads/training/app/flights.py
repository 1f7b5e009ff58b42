"""Flights as the model is asked about them an hour ahead: schedule, weather, delays just before.

The table also holds what is known later (departure and arrival times, delays, time in the air).
Of these the arrival delay is read to make the label, and the departure delay for `recent`, which
looks at flights that had left by then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]  # ships no types
import pyarrow.compute as pc  # type: ignore[import-untyped]  # ships no types

LATE_MINUTES = 15
"""A flight that arrives more than this many minutes after schedule is late."""
LABEL = "arr_delay"
DELAY = "dep_delay"
DELAYS = {"origin_delay": "origin", "carrier_delay": "carrier"}
"""What each mean of recent delays is taken over, by input."""
WEATHER = {
    "temperature": "temp",
    "humidity": "humid",
    "wind_speed": "wind_speed",
    "wind_direction": "wind_dir",
    "precipitation": "precip",
    "pressure": "pressure",
    "visibility": "visib",
}
"""Column of the lake by input. The lake holds what was observed, in place of a forecast."""
COLUMNS = (
    *("year", "month", "day", "sched_dep_time", "sched_arr_time"),
    *("carrier", "origin", "dest", "distance", LABEL, DELAY),
    *WEATHER.values(),
)
Floats = npt.NDArray[np.float32]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True, kw_only=True)
class Flights:
    """Raw inputs of the model, one value per flight.

    A missing number is not-a-number and a missing text is empty.

    Attributes:
        carrier: Two-letter code.
        origin: Airport code.
        dest: Airport code.
        weekday: Day of the week in ISO numbers, 1 for Monday.
        departure_minute: Scheduled departure, minutes after local midnight.
        arrival_minute: Scheduled arrival, minutes after local midnight.
        distance: Miles.
        temperature: Degrees Fahrenheit; like all weather at `origin` in the hour of departure.
        humidity: Relative, per cent.
        wind_speed: Miles per hour.
        wind_direction: Where the wind is from, degrees.
        precipitation: Inches in the hour.
        pressure: At sea level, millibars.
        visibility: Miles.
        origin_delay: Mean delay of flights that left `origin` shortly before, minutes.
        carrier_delay: The same of the carrier's flights.
    """

    carrier: Texts
    origin: Texts
    dest: Texts
    weekday: Floats
    departure_minute: Floats
    arrival_minute: Floats
    distance: Floats
    temperature: Floats
    humidity: Floats
    wind_speed: Floats
    wind_direction: Floats
    precipitation: Floats
    pressure: Floats
    visibility: Floats
    origin_delay: Floats
    carrier_delay: Floats

    def __len__(self) -> int:
        return len(self.carrier)

    def take(self, rows: npt.NDArray[np.int64]) -> "Flights":
        """Some of the flights, by position."""
        return replace(self, **{one.name: getattr(self, one.name)[rows] for one in fields(self)})


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """Flights that arrived, and whether they were late.

    Attributes:
        flights: What was known before.
        late: 1 for late, 0 for not.
        day: Number of the day, the same for all flights of one day.
    """

    flights: Flights
    late: Floats
    day: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.late)


def labelled(tables: Sequence[pa.Table]) -> Labelled:
    """Makes inputs and labels of rows of the lake; cancelled and diverted flights have no label.

    Args:
        tables: Rows with `COLUMNS` and with those of `recent`.
    """
    table = pa.concat_tables(tables)
    table = table.filter(pc.is_valid(table[LABEL]))
    year, month, day = (whole(table, name) for name in ("year", "month", "day"))
    months = (year - 1970) * 12 + month - 1
    dates = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + day - 1
    flights = Flights(
        carrier=texts(table, "carrier"),
        origin=texts(table, "origin"),
        dest=texts(table, "dest"),
        # 1970-01-01 was a Thursday, ISO day 4.
        weekday=((dates + 3) % 7 + 1).astype(np.float32),
        departure_minute=clock_minute(table, "sched_dep_time"),
        arrival_minute=clock_minute(table, "sched_arr_time"),
        distance=whole(table, "distance").astype(np.float32),
        **{name: numbers(table, column) for name, column in WEATHER.items()},
        **{name: numbers(table, name) for name in DELAYS},
    )
    late = (whole(table, LABEL) > LATE_MINUTES).astype(np.float32)
    return Labelled(flights=flights, late=late, day=dates)


def whole(table: pa.Table, name: str) -> npt.NDArray[np.int64]:
    """A column of whole numbers without gaps."""
    return np.asarray(table[name].to_numpy(), dtype=np.int64)


def clock_minute(table: pa.Table, name: str) -> Floats:
    """A column of clock times as minutes after midnight."""
    clock = whole(table, name)  # 1435 is 14:35
    return (clock // 100 * 60 + clock % 100).astype(np.float32)


def numbers(table: pa.Table, name: str) -> Floats:
    """A column of numbers; a gap is not-a-number."""
    filled = pc.fill_null(table[name].cast(pa.float32()), float("nan"))
    return np.asarray(filled.to_numpy(), dtype=np.float32)


def texts(table: pa.Table, name: str) -> Texts:
    """A column of texts."""
    return np.asarray(table[name].to_numpy(zero_copy_only=False), dtype=np.object_)
