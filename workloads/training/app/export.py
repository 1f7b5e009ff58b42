"""The whole pipeline as one ONNX graph: raw inputs in, probability out."""

import numpy as np
from torch import nn

from app.features import (
    AS_THEY_ARE,
    BAND_MINUTES,
    CROSSES,
    DAY_MINUTES,
    DELAY_SCALE,
    HARMONICS,
    HOUR_MINUTES,
    HUNDREDTHS,
    LEAST_DELAY,
    NUMBERS,
    RADIANS,
    SCALED,
    TEXTS,
    WEEKDAYS,
    Pipeline,
)
from app.flights import DELAYS
from app.network import Ensemble, Network, Straight
from app.onnx_graph import Graph

OUTPUT = "probability"


def export(pipeline: Pipeline, ensemble: Ensemble, name: str) -> bytes:
    """Returns the model file; the same model gives the same bytes.

    Unseen texts get index 0 and missing numbers (not-a-number) their stand-in inside the graph,
    so that whoever serves the file need not know how.

    Args:
        pipeline: The fitted features.
        ensemble: The trained network.
        name: Name of the graph.
    """
    graph = Graph()
    index = {
        text: graph.look_up(graph.text(text), pipeline.vocabularies[text], f"{text}_index")
        for text in TEXTS
    }
    raw = {number: graph.number(number) for number in NUMBERS}
    filled = {
        number: _filled(graph, raw[number], pipeline.medians[number])
        for number in NUMBERS
        if number != "weekday"
    }
    minutes = {
        number: _clipped(graph, filled[number], DAY_MINUTES - 1)
        for number in ("departure_minute", "arrival_minute")
    }
    weekday = _clipped(graph, _filled(graph, raw["weekday"], 0.0), WEEKDAYS)
    index["weekday"] = graph.apply("Cast", [weekday], "weekday_index", to=7)
    for part, length in (("hour", HOUR_MINUTES), ("band", BAND_MINUTES)):
        index[part] = _part_of_day(graph, minutes["departure_minute"], part, length)
    columns = [index[single] for single in (*TEXTS, "weekday", "hour")]
    columns += [
        _cross(graph, index[left], index[right], pipeline.sizes[right]) for left, right in CROSSES
    ]
    numbers = _numbers(graph, pipeline, minutes, filled)
    flat = graph.constant("flat", [-1], np.int64)
    columns = [graph.apply("Reshape", [column, flat], f"{column}_flat") for column in columns]
    members = [
        _member(graph, member, f"member{at}", columns, numbers)
        for at, member in enumerate(ensemble.members)
        if isinstance(member, Network)
    ]
    mean = graph.apply("Mean", members, "members")
    restraint = graph.constant("restraint", ensemble.restraint)
    added = graph.apply("Mul", [mean, restraint], "added")
    straight = _straight(graph, ensemble.straight, columns, numbers)
    logit = graph.apply("Add", [straight, added], "logit")
    graph.apply("Sigmoid", [logit], OUTPUT)
    return bytes(graph.model(name, OUTPUT).SerializeToString(deterministic=True))


def _filled(graph: Graph, value: str, stand_in: float) -> str:
    missing = graph.apply("IsNaN", [value], f"{value}_missing")
    constant = graph.constant(f"{value}_stand_in", stand_in)
    return graph.apply("Where", [missing, constant, value], f"{value}_filled")


def _clipped(graph: Graph, value: str, most: float) -> str:
    limits = [graph.constant("zero", 0.0), graph.constant(f"most_{most:g}", most)]
    return graph.apply("Clip", [value, *limits], f"{value}_clipped")


def _part_of_day(graph: Graph, minute: str, name: str, length: int) -> str:
    part = graph.apply("Div", [minute, graph.constant(f"{name}_minutes", length)], f"{name}_exact")
    whole = graph.apply("Floor", [part], f"{name}_whole")
    return graph.apply("Cast", [whole], f"{name}_index", to=7)


def _cross(graph: Graph, left: str, right: str, size: int) -> str:
    constant = graph.constant(f"{right}_size", size, np.int64)
    scaled = graph.apply("Mul", [left, constant], f"{left}_by_{right}")
    return graph.apply("Add", [scaled, right], f"{left}_and_{right}")


def _numbers(
    graph: Graph, pipeline: Pipeline, minutes: dict[str, str], filled: dict[str, str]
) -> str:
    departure, arrival = minutes["departure_minute"], minutes["arrival_minute"]
    day = graph.constant("day_minutes", DAY_MINUTES)
    ahead = graph.apply("Sub", [arrival, departure], "arrival_after_departure")
    later = graph.apply("Add", [ahead, day], "arrival_next_day")
    quantities = {
        "departure_minute": departure,
        "duration": graph.apply("Mod", [later, day], "duration", fmod=1),
        **{name: filled[name] for name in AS_THEY_ARE},
        **_weather(graph, filled),
        **{name: _delay(graph, filled[name]) for name in DELAYS},
    }
    columns = []
    for name in SCALED:
        mean = graph.constant(f"{name}_mean", pipeline.means[name])
        deviation = graph.constant(f"{name}_deviation", pipeline.deviations[name])
        centred = graph.apply("Sub", [quantities[name], mean], f"{name}_centred")
        columns.append(graph.apply("Div", [centred, deviation], f"{name}_scaled"))
    for name, minute in minutes.items():
        for harmonic in HARMONICS:
            turn = graph.constant(f"turn{harmonic}", 2 * np.pi * harmonic / DAY_MINUTES)
            angle = graph.apply("Mul", [minute, turn], f"{name}_angle{harmonic}")
            columns.append(graph.apply("Sin", [angle], f"{name}_sin{harmonic}"))
            columns.append(graph.apply("Cos", [angle], f"{name}_cos{harmonic}"))
    return graph.apply("Concat", columns, "numbers", axis=1)


def _weather(graph: Graph, filled: dict[str, str]) -> dict[str, str]:
    zero, one = graph.constant("zero", 0.0), graph.constant("one", 1.0)
    rain = graph.apply("Max", [filled["precipitation"], zero], "rain")
    hundredths = graph.apply("Mul", [rain, graph.constant("hundredths", HUNDREDTHS)], "drops")
    drops = graph.apply("Add", [hundredths, one], "drops_and_one")
    radians = graph.constant("radians", RADIANS)
    direction = graph.apply("Mul", [filled["wind_direction"], radians], "wind_radians")
    return {
        "precipitation": graph.apply("Log", [drops], "rain_logarithm"),
        **{
            name: graph.apply(
                "Mul",
                [graph.apply(part, [direction], f"{name}_share"), filled["wind_speed"]],
                name,
            )
            for name, part in (("wind_east", "Sin"), ("wind_north", "Cos"))
        },
    }


def _delay(graph: Graph, filled: str) -> str:
    least = graph.constant("least_delay", LEAST_DELAY)
    above = graph.apply("Sub", [filled, least], f"{filled}_above")
    counted = graph.apply("Max", [above, graph.constant("zero", 0.0)], f"{filled}_counted")
    scale = graph.constant("delay_scale", DELAY_SCALE)
    share = graph.apply("Div", [counted, scale], f"{filled}_share")
    one = graph.apply("Add", [share, graph.constant("one", 1.0)], f"{filled}_and_one")
    return graph.apply("Log", [one], f"{filled}_logarithm")


def _straight(graph: Graph, straight: Straight, columns: list[str], numbers: str) -> str:
    weights = graph.constant("straight_numbers", straight.numbers.detach().numpy()[:, None])
    bias = graph.constant("straight_bias", straight.bias.detach().numpy())
    parts = [graph.apply("Gemm", [numbers, weights, bias], "straight_of_numbers")]
    for at, (column, table) in enumerate(zip(columns, straight.categories, strict=False)):
        weight = graph.constant(f"straight_table{at}", table.detach().numpy()[:, None])
        parts.append(graph.apply("Gather", [weight, column], f"straight{at}", axis=0))
    return graph.apply("Sum", parts, "straight")


def _member(graph: Graph, member: Network, name: str, columns: list[str], numbers: str) -> str:
    embedded = []
    for at, (column, embedding) in enumerate(zip(columns, member.tables(), strict=True)):
        table = graph.constant(f"{name}_embedding{at}", embedding.weight.detach().numpy())
        embedded.append(graph.apply("Gather", [table, column], f"{name}_embedded{at}", axis=0))
    joined = graph.apply("Concat", [*embedded, numbers], f"{name}_joined", axis=1)
    value = joined
    for at, layer in enumerate(member.perceptron):
        if isinstance(layer, nn.Linear):
            value = _linear(graph, layer, value, f"{name}_layer{at}")
        elif isinstance(layer, nn.ReLU):
            value = graph.apply("Relu", [value], f"{name}_relu{at}")
    return value


def _linear(graph: Graph, layer: nn.Linear, value: str, name: str) -> str:
    inputs = [
        value,
        graph.constant(f"{name}_weight", layer.weight.detach().numpy()),
        graph.constant(f"{name}_bias", layer.bias.detach().numpy()),
    ]
    return graph.apply("Gemm", inputs, name, transB=1)
