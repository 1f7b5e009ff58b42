import numpy as np
import pyarrow as pa
import pytest

from app.recent import AHEAD_MINUTES, LEAST_FLIGHTS, WINDOW_MINUTES, with_recent

COLUMNS = ["year", "month", "day", "sched_dep_time", "origin", "carrier", "dep_delay"]
DELAYS = ("origin_delay", "carrier_delay")


@pytest.fixture(scope="module")
def january(months) -> pa.Table:
    return months[1].select(COLUMNS)


def minutes(table: pa.Table) -> np.ndarray:
    clock = np.array(table["sched_dep_time"])
    return np.array(table["day"]) * 1440 + clock // 100 * 60 + clock % 100


def features(table: pa.Table) -> dict[str, np.ndarray]:
    made = with_recent({1: table})[1]
    return {name: np.array(made[name]) for name in DELAYS}


@pytest.mark.parametrize("group", ["origin", "carrier"])
def test_it_is_the_mean_of_those_that_left_in_the_window(january, group) -> None:
    made = features(january)[f"{group}_delay"]
    scheduled = minutes(january)
    delay = np.array(january["dep_delay"].to_pylist(), dtype=float)
    groups = np.array(january[group].to_pylist())
    seen = 0
    for row in np.random.default_rng(3).choice(len(made), 200, replace=False):
        end = scheduled[row] - AHEAD_MINUTES
        left = scheduled + delay
        counted = (groups == groups[row]) & (left <= end) & (left >= end - WINDOW_MINUTES[group])
        if counted.sum() < LEAST_FLIGHTS:
            assert np.isnan(made[row])
        else:
            assert made[row] == pytest.approx(np.clip(delay[counted], -15, 120).mean(), abs=1e-3)
            seen += 1
    assert seen > 50


def test_what_had_not_happened_an_hour_before_changes_nothing(january) -> None:
    before = features(january)
    scheduled = minutes(january)
    delay = january["dep_delay"].to_pylist()
    for row in np.random.default_rng(4).choice(len(scheduled), 20, replace=False):
        known_at = scheduled[row] - AHEAD_MINUTES
        # Whoever had not left by then leaves much later, or never.
        other = [
            one if one is not None and when + one <= known_at
            else None if number % 2 else int(known_at - when + 500)
            for number, (when, one) in enumerate(zip(scheduled, delay, strict=True))
        ]  # fmt: skip
        at = january.schema.get_field_index("dep_delay")
        changed = features(january.set_column(at, "dep_delay", pa.array(other, pa.int64())))
        for name in DELAYS:
            assert np.array_equal(before[name][row], changed[name][row], equal_nan=True)


def test_a_month_sees_the_end_of_the_one_before_it(months) -> None:
    both = with_recent({2: months[2].select(COLUMNS), 1: months[1].select(COLUMNS)})
    alone = with_recent({2: months[2].select(COLUMNS)})
    early = (np.array(months[2]["day"]) == 1) & (np.array(months[2]["sched_dep_time"]) < 900)
    for name in DELAYS:
        theirs, ours = np.array(alone[2][name]), np.array(both[2][name])
        assert np.isnan(theirs[early]).sum() >= np.isnan(ours[early]).sum()
        assert np.allclose(theirs[~early], ours[~early], atol=1e-3, equal_nan=True)


def test_months_keep_their_rows(months) -> None:
    made = with_recent({month: months[month].select(COLUMNS) for month in (1, 2, 3)})
    for month, table in made.items():
        assert table.select(COLUMNS).equals(months[month].select(COLUMNS))
