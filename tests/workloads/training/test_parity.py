from dataclasses import replace

import numpy as np
import onnx
import pytest

from app import parity
from app.export import export
from app.failure import QualityError
from app.features import NUMBERS, TEXTS, Pipeline
from app.flights import Flights, Labelled
from app.network import Training


@pytest.fixture(scope="session")
def model(pipeline: Pipeline, trained: Training) -> bytes:
    return export(pipeline, trained.ensemble, "delay-small")


def by_torch(pipeline: Pipeline, trained: Training, flights: Flights) -> np.ndarray:
    return trained.ensemble.predict(pipeline.categories(flights), pipeline.numbers(flights))


def test_the_exported_file_says_what_torch_says(model, pipeline, trained, held_out) -> None:
    result = parity.check(model, pipeline, trained.ensemble, held_out.flights, seed=1)
    assert result.rows == min(10_000, len(held_out))
    assert result.planted > result.rows * 7 * 0.015
    assert result.max_abs_difference <= parity.TOLERANCE == 1e-5


@pytest.mark.parametrize("name", [*TEXTS, *NUMBERS])
def test_each_missing_input_is_handled_inside_the_graph(
    name: str, model: bytes, pipeline: Pipeline, trained: Training, held_out: Labelled
) -> None:
    flights = held_out.flights.take(np.arange(500))
    gap = np.full(500, "" if name in TEXTS else np.nan)
    kind = object if name in TEXTS else np.float32
    changed = replace(flights, **{name: gap.astype(kind)})
    ours, theirs = (
        by_torch(pipeline, trained, changed),
        parity.score(parity.session(model), changed),
    )
    assert np.isfinite(theirs).all()
    assert np.abs(ours - theirs).max() <= parity.TOLERANCE
    assert (theirs != parity.score(parity.session(model), flights)).any()


def test_a_flight_about_which_nothing_is_known_gets_a_probability(model: bytes) -> None:
    texts = {name: np.array(["??"], dtype=object) for name in TEXTS}
    numbers = {name: np.array([np.nan], dtype=np.float32) for name in NUMBERS}
    (probability,) = parity.score(parity.session(model), Flights(**texts, **numbers))
    assert 0 < probability < 1


@pytest.mark.parametrize("value", [-60.0, 1440.0, 9999.0])
def test_a_time_outside_the_day_stays_inside_the_tables(
    value: float, model: bytes, pipeline: Pipeline, trained: Training, held_out: Labelled
) -> None:
    flights = held_out.flights.take(np.arange(5))
    odd = replace(flights, departure_minute=np.full(5, value, dtype=np.float32))
    ours, theirs = by_torch(pipeline, trained, odd), parity.score(parity.session(model), odd)
    assert np.abs(ours - theirs).max() <= parity.TOLERANCE


def test_a_file_of_another_network_is_refused(model, pipeline, trained, held_out) -> None:
    other = onnx.load_model_from_string(model)
    (weight,) = [one for one in other.graph.initializer if one.name == "straight_numbers"]
    raw = np.frombuffer(weight.raw_data, dtype=np.float32) + np.float32(0.01)
    weight.raw_data = raw.tobytes()
    with pytest.raises(QualityError, match="1e-05 is allowed; nothing was offered"):
        parity.check(
            other.SerializeToString(), pipeline, trained.ensemble, held_out.flights, seed=1
        )


def test_a_file_that_answers_not_a_number_is_refused(model, pipeline, trained, held_out) -> None:
    other = onnx.load_model_from_string(model)
    (mean,) = [one for one in other.graph.initializer if one.name == "distance_mean"]
    mean.raw_data = np.float32(np.nan).tobytes()
    with pytest.raises(QualityError, match="nothing was offered"):
        parity.check(
            other.SerializeToString(), pipeline, trained.ensemble, held_out.flights, seed=1
        )


def test_the_graph_is_whole_in_itself(model: bytes) -> None:
    graph = onnx.load_model_from_string(model).graph
    assert [one.name for one in graph.input] == [*TEXTS, *NUMBERS]
    assert [one.name for one in graph.output] == ["probability"]
    for value in (*graph.input, *graph.output):
        rows, width = value.type.tensor_type.shape.dim
        assert rows.dim_param
        assert width.dim_value == 1


def test_the_same_model_gives_the_same_bytes(model, pipeline, trained) -> None:
    assert export(pipeline, trained.ensemble, "delay-small") == model
