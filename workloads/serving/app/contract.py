"""The contract of one variant: its tensors, as signed beside the model."""

from typing import Annotated, Literal

import msgspec

from app.failure import VerificationError

Datatype = Literal["FP32", "INT64", "BYTES"]


class TensorContract(msgspec.Struct, frozen=True):
    """One input or output.

    Attributes:
        name: Name of the tensor in the graph.
        datatype: Open Inference Protocol datatype.
        shape: Rows first (-1: any number), then the width of one row.
        description: What it means, in words.
        unit: Unit of a number; empty where it has none.
        minimum: Smallest allowed number.
        maximum: Largest allowed number.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    datatype: Datatype
    shape: Annotated[list[int], msgspec.Meta(min_length=2, max_length=2)]
    description: str = ""
    unit: str | None = None
    minimum: float | None = msgspec.field(name="min", default=None)
    maximum: float | None = msgspec.field(name="max", default=None)

    @property
    def width(self) -> int:
        """Values in one row."""
        return self.shape[1]

    def metadata(self) -> dict[str, object]:
        """The tensor as the protocol describes it, with what it means as parameters."""
        parameters = {
            "description": self.description,
            "unit": self.unit,
            "min": self.minimum,
            "max": self.maximum,
        }
        said = {key: value for key, value in parameters.items() if value not in (None, "")}
        return {
            "name": self.name,
            "datatype": self.datatype,
            "shape": self.shape,
            **({"parameters": said} if said else {}),
        }


class Contract(msgspec.Struct, frozen=True):
    """All tensors of one variant."""

    inputs: Annotated[list[TensorContract], msgspec.Meta(min_length=1)]
    outputs: Annotated[list[TensorContract], msgspec.Meta(min_length=1)]


def read_contract(raw: bytes, file: str) -> Contract:
    """Reads `contract.json`.

    Args:
        raw: Bytes of the file.
        file: Its name, for the message.

    Raises:
        VerificationError: The file does not describe tensors of [rows, width].
    """
    try:
        contract = msgspec.json.decode(raw, type=Contract)
    except msgspec.DecodeError as error:
        raise VerificationError(file, f"is not a contract: {error}") from error
    for tensor in (*contract.inputs, *contract.outputs):
        if tensor.shape[0] != -1 or tensor.width < 1:
            raise VerificationError(
                file, f"tensor {tensor.name} has shape {tensor.shape}, not [-1, width]"
            )
    names = [tensor.name for tensor in contract.inputs]
    if len(set(names)) != len(names):
        raise VerificationError(file, "names an input twice")
    return contract
