"""Tensors between the wire and the model, checked against the contract by hand for speed."""

from collections.abc import Sequence
from itertools import chain
from typing import Annotated, Any

import msgspec
import numpy as np

from app.contract import Contract, TensorContract
from app.protocol import InferenceRequest, InputTensor, RequestError, encode

LONGEST_TEXT = 256
LENGTH_PREFIX = 4
INFINITE = float("inf")

_Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_FLAT: dict[str, msgspec.json.Decoder[Any]] = {
    "FP32": msgspec.json.Decoder(list[float | None]),
    "INT64": msgspec.json.Decoder(list[_Int64]),
    "BYTES": msgspec.json.Decoder(list[str | None]),
}
_NESTED: dict[str, msgspec.json.Decoder[Any]] = {
    "FP32": msgspec.json.Decoder(list[list[float | None]]),
    "INT64": msgspec.json.Decoder(list[list[_Int64]]),
    "BYTES": msgspec.json.Decoder(list[list[str | None]]),
}
_WIRE: dict[str, np.dtype[Any]] = {"FP32": np.dtype("<f4"), "INT64": np.dtype("<i8")}


def read_inputs(
    request: InferenceRequest, binary: memoryview, contract: Contract, max_rows: int
) -> tuple[dict[str, np.ndarray], int]:
    """Makes the model's inputs of a request.

    A JSON `null` is a missing value: not-a-number for FP32, the empty text for BYTES.

    Args:
        request: The JSON part.
        binary: What stands behind it.
        contract: Inputs of the variant.
        max_rows: Rows that one request may hold.

    Returns:
        Arrays by input name, and the number of rows.

    Raises:
        RequestError: Says which input is wrong, what was given and what is allowed.
    """
    given = {tensor.name: tensor for tensor in request.inputs}
    if len(given) != len(request.inputs):
        raise RequestError("an input is given twice")
    wanted = {tensor.name for tensor in contract.inputs}
    if given.keys() != wanted:
        raise RequestError(
            f"inputs must be exactly {sorted(wanted)}; missing {sorted(wanted - given.keys())}, "
            f"unknown {sorted(given.keys() - wanted)}"
        )
    rows = _rows(request.inputs[0], max_rows)
    parts: dict[str, memoryview] = {}
    for tensor in request.inputs:
        if (size := tensor.parameters.get("binary_data_size")) is not None:
            if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= len(binary):
                raise RequestError(
                    f"input {tensor.name}: binary_data_size {size!r} does not fit the "
                    f"{len(binary)} bytes left behind the JSON part"
                )
            parts[tensor.name], binary = binary[:size], binary[size:]
    if len(binary):
        raise RequestError(f"{len(binary)} bytes behind the JSON part belong to no input")
    with np.errstate(over="ignore"):  # becomes infinite, which the range check refuses
        arrays = {
            tensor.name: _read(given[tensor.name], tensor, rows, parts)
            for tensor in contract.inputs
        }
    return arrays, rows


def _rows(tensor: InputTensor, max_rows: int) -> int:
    rows = tensor.shape[0] if tensor.shape else 0
    if not 1 <= rows <= max_rows:
        raise RequestError(
            f"input {tensor.name}: shape {tensor.shape} has {rows} rows; 1 to {max_rows} are "
            "allowed in one request"
        )
    return rows


def _read(
    tensor: InputTensor, wanted: TensorContract, rows: int, parts: dict[str, memoryview]
) -> np.ndarray:
    if tensor.datatype != wanted.datatype:
        raise RequestError(
            f"input {wanted.name}: datatype is {tensor.datatype!r}, must be {wanted.datatype}"
        )
    if tensor.shape != [rows, wanted.width]:
        raise RequestError(
            f"input {wanted.name}: shape is {tensor.shape}, must be {[rows, wanted.width]} "
            "(all inputs have the same rows)"
        )
    part = parts.get(wanted.name)
    if (part is None) == (tensor.data is msgspec.UNSET):
        raise RequestError(f"input {wanted.name}: give either data or binary_data_size")
    if wanted.datatype == "BYTES":
        values = _texts(tensor, part)
        _check_count(wanted, len(values), rows)
        _check_texts(wanted, values)
        array = np.array(values, dtype=object)
    else:
        array = _numbers(tensor, part, wanted)
        _check_count(wanted, array.size, rows)
        _check_range(wanted, array)
    return array.reshape(rows, wanted.width)


def _check_count(wanted: TensorContract, count: int, rows: int) -> None:
    if count != rows * wanted.width:
        raise RequestError(
            f"input {wanted.name}: has {count} values, shape {[rows, wanted.width]} needs "
            f"{rows * wanted.width}"
        )


def _listed(tensor: InputTensor) -> Sequence[Any]:
    raw = tensor.data
    try:
        # `data` may be flat or nested by rows; nesting shows in its second character.
        text = bytes(raw) if raw is not msgspec.UNSET else b""
        if text[1:].lstrip()[:1] == b"[":
            return list(chain.from_iterable(_NESTED[tensor.datatype].decode(text)))
        values: list[Any] = _FLAT[tensor.datatype].decode(text)
    except msgspec.DecodeError as error:
        raise RequestError(
            f"input {tensor.name}: data is not a list of {tensor.datatype}: {error}"
        ) from error
    return values


def _numbers(tensor: InputTensor, part: memoryview | None, wanted: TensorContract) -> np.ndarray:
    wire = _WIRE[wanted.datatype]
    if part is None:
        return np.array(_listed(tensor), dtype=wire)
    if len(part) % wire.itemsize:
        raise RequestError(
            f"input {wanted.name}: {len(part)} bytes are no whole number of {wanted.datatype}"
        )
    return np.frombuffer(part, dtype=wire)


def _texts(tensor: InputTensor, part: memoryview | None) -> list[str]:
    if part is None:
        return [text or "" for text in _listed(tensor)]
    texts: list[str] = []
    rest = bytes(part)
    at = 0
    while at < len(rest):
        start = at + LENGTH_PREFIX
        at = start + int.from_bytes(rest[at:start], "little")
        if start > len(rest) or at > len(rest):
            raise RequestError(
                f"input {tensor.name}: binary data ends in the middle of value {len(texts)}"
            )
        try:
            texts.append(rest[start:at].decode())
        except UnicodeDecodeError as error:
            raise RequestError(f"input {tensor.name}: value {len(texts)} is not UTF-8") from error
    return texts


def _check_texts(wanted: TensorContract, values: list[str]) -> None:
    for value in values:
        if len(value) > LONGEST_TEXT or "\0" in value:
            raise RequestError(
                f"input {wanted.name}: a value has {len(value)} characters or a NUL; at most "
                f"{LONGEST_TEXT} without NUL are allowed"
            )


def _check_range(wanted: TensorContract, array: np.ndarray) -> None:
    # One row is the common request; a Python number is compared faster than an array reduced.
    if array.size == 1:
        low = high = array.item()
    else:
        present = array[~np.isnan(array)] if wanted.datatype == "FP32" else array
        if not present.size:
            return
        low, high = present.min().item(), present.max().item()
    least = -INFINITE if wanted.minimum is None else wanted.minimum
    most = INFINITE if wanted.maximum is None else wanted.maximum
    # A missing value is not-a-number and passes: the model's graph handles it.
    if low < least or high > most or low == -INFINITE or high == INFINITE:
        raise RequestError(
            f"input {wanted.name}: has values from {low} to {high}, allowed are finite numbers "
            f"from {least} to {most}" + (f" {wanted.unit}" if wanted.unit else "")
        )


def wants_binary(request: InferenceRequest, contract: Contract) -> list[tuple[int, bool]]:
    """Says which outputs to answer with and which of them as binary.

    Returns:
        Position of the output in the contract, and whether it is wanted as binary.

    Raises:
        RequestError: An output that does not exist is asked for.
    """
    default = request.parameters.get("binary_data_output") is True
    positions = {tensor.name: at for at, tensor in enumerate(contract.outputs)}
    if not request.outputs:
        return [(at, default) for at in positions.values()]
    chosen = []
    for output in request.outputs:
        if output.name not in positions:
            raise RequestError(f"output {output.name!r} does not exist; there is {[*positions]}")
        chosen.append(
            (positions[output.name], output.parameters.get("binary_data", default) is True)
        )
    return chosen


def write_outputs(
    answer: dict[str, Any],
    outputs: list[np.ndarray],
    chosen: list[tuple[int, bool]],
    contract: Contract,
) -> tuple[bytes, int | None]:
    """Adds the outputs to an answer and encodes it.

    Returns:
        The body, and the length of its JSON part where binary tensors stand behind it.
    """
    tail: list[bytes] = []
    written: list[dict[str, Any]] = []
    for at, binary in chosen:
        tensor, array = contract.outputs[at], outputs[at]
        entry: dict[str, Any] = {
            "name": tensor.name,
            "datatype": tensor.datatype,
            "shape": list(array.shape),
        }
        if binary:
            raw = _pack(tensor, array)
            entry["parameters"] = {"binary_data_size": len(raw)}
            tail.append(raw)
        else:
            entry["data"] = array.ravel().tolist()
        written.append(entry)
    answer["outputs"] = written
    head = encode(answer)
    return (head + b"".join(tail), len(head)) if tail else (head, None)


def _pack(tensor: TensorContract, array: np.ndarray) -> bytes:
    if tensor.datatype != "BYTES":
        return array.astype(_WIRE[tensor.datatype], copy=False).tobytes()
    texts = [str(value).encode() for value in array.ravel()]
    return b"".join(len(text).to_bytes(LENGTH_PREFIX, "little") + text for text in texts)
