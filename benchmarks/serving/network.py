"""A network of the size that is served: categories, numbers, two hidden layers, one graph."""

import json
import random
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

CATEGORIES = {"carrier": 16, "origin": 4, "dest": 120, "tailnum": 2000}
NUMBERS = ("sched_dep_time", "sched_arr_time", "distance", "temp", "wind_speed", "visib")
WIDTH, HIDDEN = 12, (128, 64)


def make_network(seed: int) -> bytes:
    """Returns an ONNX model with random weights: strings in, one probability out."""
    draw = np.random.default_rng(seed)
    nodes, constants, parts = [], [], []

    def constant(name: str, shape: tuple[int, ...]) -> str:
        values = draw.normal(0, 0.1, shape).astype(np.float32)
        constants.append(numpy_helper.from_array(values, name))
        return name

    for name, size in CATEGORIES.items():
        nodes += [
            helper.make_node(
                "LabelEncoder",
                [name],
                [f"{name}_id"],
                domain="ai.onnx.ml",
                keys_strings=[f"{name}{number}" for number in range(size)],
                values_int64s=list(range(1, size + 1)),
                default_int64=0,
            ),
            helper.make_node(
                "Gather", [constant(f"{name}_table", (size + 1, WIDTH)), f"{name}_id"], [f"{name}3"]
            ),
            helper.make_node("Squeeze", [f"{name}3", "one"], [f"{name}_part"]),
        ]
        parts.append(f"{name}_part")
    constants.append(numpy_helper.from_array(np.array([1], dtype=np.int64), "one"))
    nodes.append(helper.make_node("Concat", [*parts, *NUMBERS], ["layer0"], axis=1))
    size = WIDTH * len(CATEGORIES) + len(NUMBERS)
    for place, hidden in enumerate((*HIDDEN, 1)):
        weights = [constant(f"w{place}", (size, hidden)), constant(f"b{place}", (hidden,))]
        last = place == len(HIDDEN)
        nodes.append(helper.make_node("Gemm", [f"layer{place}", *weights], [f"sum{place}"]))
        made = "probability" if last else f"layer{place + 1}"
        nodes.append(helper.make_node("Sigmoid" if last else "Relu", [f"sum{place}"], [made]))
        size = hidden
    kinds = dict.fromkeys(CATEGORIES, TensorProto.STRING) | dict.fromkeys(
        NUMBERS, TensorProto.FLOAT
    )
    inputs = [helper.make_tensor_value_info(n, kind, [None, 1]) for n, kind in kinds.items()]
    output = helper.make_tensor_value_info("probability", TensorProto.FLOAT, [None, 1])
    graph = helper.make_graph(nodes, "network", inputs, [output], constants)
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)],
        ir_version=8,
    )
    raw: bytes = model.SerializeToString()
    return raw


def make_contract() -> bytes:
    """Returns the contract of that model."""
    shape = [-1, 1]
    inputs: list[dict[str, Any]] = [
        {"name": name, "datatype": "BYTES", "shape": shape} for name in CATEGORIES
    ]
    inputs += [
        {"name": name, "datatype": "FP32", "shape": shape, "min": -1e4, "max": 1e4}
        for name in NUMBERS
    ]
    outputs = [{"name": "probability", "datatype": "FP32", "shape": shape}]
    return json.dumps({"inputs": inputs, "outputs": outputs}).encode()


def make_row(draw: random.Random) -> dict[str, str | float]:
    """Returns one row of raw inputs, now and then with a category that is unknown."""
    row: dict[str, str | float] = {
        name: f"{name}{draw.randrange(size + 2)}" for name, size in CATEGORIES.items()
    }
    return row | {name: round(draw.uniform(0, 2400), 1) for name in NUMBERS}


def make_body(row: dict[str, str | float], subject: str) -> bytes:
    """Returns the row as an Open Inference Protocol request."""
    inputs = [
        {
            "name": name,
            "datatype": "BYTES" if name in CATEGORIES else "FP32",
            "shape": [1, 1],
            "data": [value],
        }
        for name, value in row.items()
    ]
    return json.dumps({"inputs": inputs, "parameters": {"subject_id": subject}}).encode()
