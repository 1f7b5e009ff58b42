"""Pieces of an ONNX graph, named after what they hold."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, checker, helper, numpy_helper

OPSET = 17
ML_DOMAIN = "ai.onnx.ml"
ML_OPSET = 3
IR_VERSION = 8
ROWS = "rows"


class Graph:
    """A graph under construction; every method returns the name of what it made."""

    def __init__(self) -> None:
        self._nodes: list[NodeProto] = []
        self._constants: dict[str, TensorProto] = {}
        self._inputs: list[ValueInfoProto] = []

    def text(self, name: str) -> str:
        """Adds an input of one text per row."""
        return self._input(name, TensorProto.STRING)

    def number(self, name: str) -> str:
        """Adds an input of one number per row."""
        return self._input(name, TensorProto.FLOAT)

    def constant(self, name: str, value: npt.ArrayLike, kind: Any = np.float32) -> str:
        """Adds a constant; the same name again must hold the same value."""
        tensor = numpy_helper.from_array(np.asarray(value, dtype=kind), name)
        if self._constants.setdefault(name, tensor) != tensor:
            raise ValueError(f"constant {name} already holds another value")
        return name

    def apply(self, operator: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        """Adds an operator with one output."""
        node = helper.make_node(operator, list(inputs), [output], name=output, **attributes)
        self._nodes.append(node)
        return output

    def look_up(self, text: str, values: Sequence[str], output: str) -> str:
        """Turns known texts into 1, 2, ... and every other text into 0."""
        return self.apply(
            "LabelEncoder",
            [text],
            output,
            domain=ML_DOMAIN,
            keys_strings=list(values),
            values_int64s=list(range(1, len(values) + 1)),
            default_int64=0,
        )

    def model(self, name: str, output: str) -> ModelProto:
        """Closes the graph with one number per row as its output, and checks it."""
        graph = helper.make_graph(
            self._nodes,
            name,
            self._inputs,
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, [ROWS, 1])],
            list(self._constants.values()),
        )
        model = helper.make_model(
            graph,
            ir_version=IR_VERSION,
            opset_imports=[
                helper.make_opsetid("", OPSET),
                helper.make_opsetid(ML_DOMAIN, ML_OPSET),
            ],
        )
        checker.check_model(model, full_check=True)
        return model

    def _input(self, name: str, kind: int) -> str:
        self._inputs.append(helper.make_tensor_value_info(name, kind, [ROWS, 1]))
        return name
