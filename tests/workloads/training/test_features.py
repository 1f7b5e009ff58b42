from dataclasses import replace

import numpy as np
import pyarrow as pa

from app import features
from app.features import CROSSES, LEAST_FLIGHTS, Pipeline
from app.flights import COLUMNS, Flights, Labelled, labelled

KNOWN_LATER = ("dep_time", "arr_time", "air_time")


def scrambled(table: pa.Table) -> pa.Table:
    """The same schedule with another outcome."""
    for name in (*KNOWN_LATER, "dep_delay", "arr_delay"):
        at = table.schema.get_field_index(name)
        values = table[name].to_pylist()
        other = [None if value is None else 600 - value for value in values]
        table = table.set_column(at, name, pa.array(other, pa.int64()))
    return table


def test_outcomes_of_held_out_flights_change_labels_but_no_feature(
    months: dict[int, pa.Table], pipeline: Pipeline
) -> None:
    real, other = labelled([months[5]]), labelled([scrambled(months[5])])
    assert (real.late != other.late).any()
    assert (pipeline.categories(real.flights) == pipeline.categories(other.flights)).all()
    assert (pipeline.numbers(real.flights) == pipeline.numbers(other.flights)).all()


def test_outcomes_of_training_flights_change_nothing_that_features_learn(
    months: dict[int, pa.Table], pipeline: Pipeline
) -> None:
    other = labelled([scrambled(months[month]) for month in (1, 2, 3, 4)])
    assert features.fit(other.flights) == pipeline


def test_what_is_known_too_late_is_not_even_read() -> None:
    assert not set(KNOWN_LATER) & set(COLUMNS)


def test_flights_without_a_label_are_left_out(months: dict[int, pa.Table]) -> None:
    table = months[1]
    assert table["arr_delay"].null_count > 0
    assert len(labelled([table])) == table.num_rows - table["arr_delay"].null_count


def test_late_means_more_than_fifteen_minutes(months: dict[int, pa.Table]) -> None:
    table = months[1].slice(0, 3)
    at = table.schema.get_field_index("arr_delay")
    table = table.set_column(at, "arr_delay", pa.array([15, 16, -3], pa.int64()))
    assert labelled([table]).late.tolist() == [0, 1, 0]


def test_the_schedule_is_read_as_weekday_and_minutes(months: dict[int, pa.Table]) -> None:
    table = months[1]
    real = labelled([table])
    first = table.filter(pa.compute.is_valid(table["arr_delay"])).slice(0, 1).to_pylist()[0]
    date = f"2023-{first['month']:02}-{first['day']:02}"
    assert real.flights.weekday[0] == np.datetime64(date).astype(object).isoweekday()
    assert real.flights.departure_minute[0] == first["hour"] * 60 + first["minute"]
    assert real.flights.carrier[0] == first["carrier"]
    assert len(np.unique(real.day)) == 31


def test_only_training_flights_teach_the_features(
    train_set: Labelled, held_out: Labelled, pipeline: Pipeline
) -> None:
    both = {
        name: np.concatenate([getattr(train_set.flights, name), getattr(held_out.flights, name)])
        for name in Flights.__dataclass_fields__
    }
    assert features.fit(train_set.flights) == pipeline
    assert features.fit(Flights(**both)) != pipeline


def test_rare_and_unseen_categories_share_index_zero(
    train_set: Labelled, pipeline: Pipeline
) -> None:
    values, counts = np.unique(train_set.flights.dest.astype(str), return_counts=True)
    rare = values[counts < LEAST_FLIGHTS]
    assert len(rare)
    some = train_set.flights.take(np.arange(3))
    some = replace(some, dest=np.array([rare[0], "XXX", ""], dtype=object))
    assert pipeline.categories(some)[:, 2].tolist() == [0, 0, 0]


def test_every_index_has_its_place_in_the_embeddings(
    held_out: Labelled, pipeline: Pipeline
) -> None:
    categories = pipeline.categories(held_out.flights)
    assert categories.shape[1] == len(pipeline.cardinalities) == 5 + len(CROSSES)
    assert (categories >= 0).all()
    assert (categories < np.array(pipeline.cardinalities)).all()


def test_crosses_of_different_pairs_never_meet(held_out: Labelled, pipeline: Pipeline) -> None:
    categories = pipeline.categories(held_out.flights)
    pairs = np.unique(categories[:, [1, 2, 5]], axis=0)
    assert len(np.unique(pairs[:, 2])) == len(np.unique(pairs[:, :2], axis=0)) == len(pairs)


def test_missing_numbers_become_the_median_of_training(
    train_set: Labelled, pipeline: Pipeline
) -> None:
    one = train_set.flights.take(np.arange(1))
    nan = np.array([np.nan], dtype=np.float32)
    median = np.array([pipeline.medians["distance"]], dtype=np.float32)
    gap, filled = replace(one, distance=nan), replace(one, distance=median)
    assert (pipeline.numbers(gap) == pipeline.numbers(filled)).all()
    assert pipeline.categories(replace(one, weekday=nan))[0, 3] == 0


def test_scaled_numbers_have_mean_zero_and_deviation_one_on_training(
    train_set: Labelled, pipeline: Pipeline
) -> None:
    scaled = pipeline.numbers(train_set.flights)[:, :3]
    assert np.allclose(scaled.mean(axis=0), 0, atol=1e-3)
    assert np.allclose(scaled.std(axis=0), 1, atol=1e-3)
