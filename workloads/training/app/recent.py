"""Delays just before a flight, as they were known an hour ahead of its scheduled departure.

A flight teaches its delay when it leaves. So only flights that had left by then are counted, and
nothing that happened later can reach a feature.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]  # ships no types

from app.features import LEAST_DELAY
from app.flights import DELAY, DELAYS, Floats, clock_minute, numbers, texts, whole

AHEAD_MINUTES = 60
"""How long before its scheduled departure a flight is asked about."""
LEAST_FLIGHTS = 3
"""A mean of fewer flights is missing."""
MOST_DELAY = 120.0
"""A delay counts up to here, in minutes: one odd flight must not be the mean."""
WINDOW_MINUTES = {"origin": 120, "carrier": 180}
DAY_MINUTES = 1440


def with_recent(tables: Mapping[int, pa.Table]) -> dict[int, pa.Table]:
    """Returns the months with the columns `origin_delay` and `carrier_delay` beside them.

    Args:
        tables: Rows of the lake by month; a month sees the end of the one before it.
    """
    months = sorted(tables)
    table = pa.concat_tables([tables[month] for month in months])
    for column, group in DELAYS.items():
        means = _means(table, group, WINDOW_MINUTES[group])
        table = table.append_column(column, pa.array(means, pa.float32()))
    starts = np.cumsum([0, *(tables[month].num_rows for month in months)])
    return {
        month: table.slice(int(start), tables[month].num_rows)
        for month, start in zip(months, starts[:-1], strict=True)
    }


def _means(table: pa.Table, group: str, window: int) -> Floats:
    scheduled = _minute_of_time(table)
    delay = numbers(table, DELAY).astype(np.float64)
    left = ~np.isnan(delay)
    groups = texts(table, group)
    means = np.full(len(scheduled), np.nan, np.float32)
    for one in set(groups.tolist()):
        own = groups == one
        counted = own & left
        means[own] = _mean_before(
            scheduled[own] - AHEAD_MINUTES,
            window,
            (scheduled + np.where(left, delay, 0.0))[counted],
            np.clip(delay[counted], LEAST_DELAY, MOST_DELAY),
        )
    return means


def _mean_before(
    ends: npt.NDArray[np.float64],
    window: int,
    times: npt.NDArray[np.float64],
    values: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Mean of the values whose time lies in the window that ends at each end."""
    order = np.argsort(times, kind="stable")
    times, sums = times[order], np.concatenate([[0.0], np.cumsum(values[order])])
    last = np.searchsorted(times, ends, side="right")
    first = np.searchsorted(times, ends - window, side="left")
    count = last - first
    enough = count >= LEAST_FLIGHTS
    total = sums[last] - sums[first]
    missing = np.full(len(ends), np.nan)
    return np.asarray(np.divide(total, count, out=missing, where=enough), np.float64)


def _minute_of_time(table: pa.Table) -> npt.NDArray[np.float64]:
    """Scheduled departure in minutes of one clock, local to the cities of departure."""
    year, month, day = (whole(table, name) for name in ("year", "month", "day"))
    days = ((year - 1970) * 12 + month - 1).astype("datetime64[M]").astype("datetime64[D]")
    minutes = (days.astype(np.int64) + day - 1) * DAY_MINUTES
    return (minutes + clock_minute(table, "sched_dep_time")).astype(np.float64)
