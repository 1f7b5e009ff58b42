"""Flights as the model is asked about them: what the schedule says days before departure.

The table also holds what is known later (departure and arrival times, delays, time in the air).
Of these only the arrival delay is read, and only to make the label.
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
COLUMNS = (
    *("year", "month", "day", "sched_dep_time", "sched_arr_time"),
    *("carrier", "origin", "dest", "distance", LABEL),
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
    """

    carrier: Texts
    origin: Texts
    dest: Texts
    weekday: Floats
    departure_minute: Floats
    arrival_minute: Floats
    distance: Floats

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
        tables: Rows with `COLUMNS`.
    """
    table = pa.concat_tables(tables)
    table = table.filter(pc.is_valid(table[LABEL]))
    year, month, day = (_whole(table, name) for name in ("year", "month", "day"))
    months = (year - 1970) * 12 + month - 1
    dates = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + day - 1
    flights = Flights(
        carrier=_text(table, "carrier"),
        origin=_text(table, "origin"),
        dest=_text(table, "dest"),
        # 1970-01-01 was a Thursday, ISO day 4.
        weekday=((dates + 3) % 7 + 1).astype(np.float32),
        departure_minute=_minute(table, "sched_dep_time"),
        arrival_minute=_minute(table, "sched_arr_time"),
        distance=_whole(table, "distance").astype(np.float32),
    )
    late = (_whole(table, LABEL) > LATE_MINUTES).astype(np.float32)
    return Labelled(flights=flights, late=late, day=dates)


def _whole(table: pa.Table, name: str) -> npt.NDArray[np.int64]:
    return np.asarray(table[name].to_numpy(), dtype=np.int64)


def _minute(table: pa.Table, name: str) -> Floats:
    clock = _whole(table, name)  # 1435 is 14:35
    return (clock // 100 * 60 + clock % 100).astype(np.float32)


def _text(table: pa.Table, name: str) -> Texts:
    return np.asarray(table[name].to_numpy(zero_copy_only=False), dtype=np.object_)
