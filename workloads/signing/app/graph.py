"""Whether the ONNX graph is whole in itself and has the tensors of its contract."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import onnx

from app.failure import CandidateError

DATATYPES = {
    onnx.TensorProto.FLOAT: "FP32",
    onnx.TensorProto.INT64: "INT64",
    onnx.TensorProto.STRING: "BYTES",
}


def check_graph(raw: bytes, contract: dict[str, Any], file: str) -> None:
    """Checks the model's bytes.

    Args:
        raw: Bytes of `model.onnx`.
        contract: What `contract.json` says.
        file: Name of the model file, for messages.

    Raises:
        CandidateError: Not a valid model, refers to weights outside the file, or has other
            tensors than its contract says.
    """
    try:
        model = onnx.load_model_from_string(raw)
    except Exception as error:
        # The parser raises its own errors for bytes that anybody may have written.
        raise CandidateError(file, f"is not an ONNX model: {error}") from error
    in_functions = (
        tensor
        for function in model.functions
        for node in function.node
        for tensor in _tensors_of_node(node)
    )
    for tensor in chain(_tensors(model.graph), in_functions):
        if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
            where = {entry.key: entry.value for entry in tensor.external_data}.get("location", "?")
            raise CandidateError(
                file, f"tensor {tensor.name!r} lies outside the file, in {where!r}; embed it"
            )
    try:
        onnx.checker.check_model(model)
    except onnx.checker.ValidationError as error:
        raise CandidateError(file, f"is not a valid ONNX model: {error}") from error
    for kind, values in (("inputs", model.graph.input), ("outputs", model.graph.output)):
        graph = {
            value.name: DATATYPES.get(value.type.tensor_type.elem_type, "other") for value in values
        }
        said = {tensor["name"]: tensor["datatype"] for tensor in contract[kind]}
        if graph != said:
            raise CandidateError(file, f"has {kind} {graph}, its contract says {said}")


def _tensors(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield sparse.values
        yield sparse.indices
    for node in graph.node:
        yield from _tensors_of_node(node)


def _tensors_of_node(node: onnx.NodeProto) -> list[onnx.TensorProto]:
    found: list[onnx.TensorProto] = []
    for attribute in node.attribute:
        if attribute.HasField("t"):
            found.append(attribute.t)
        found.extend(attribute.tensors)
        graphs = [attribute.g] if attribute.HasField("g") else []
        for graph in (*graphs, *attribute.graphs):
            found.extend(_tensors(graph))
    return found
