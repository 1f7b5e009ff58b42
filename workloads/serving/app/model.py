"""One variant of the model, ready to compute."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped]  # ships no types

from app.contract import Contract, Datatype, TensorContract, read_contract
from app.failure import VerificationError
from app.release import ReleasedVariant
from app.repository import MODEL_FILE

GRAPH_TYPES: dict[Datatype, str] = {
    "FP32": "tensor(float)",
    "INT64": "tensor(int64)",
    "BYTES": "tensor(string)",
}


class Variant:
    """A verified model in memory.

    Attributes:
        name: Name of the variant.
        version: Version of the model.
        digest: SHA-256 of the model file.
        contract: Its tensors.
    """

    def __init__(
        self, name: str, released: ReleasedVariant, folder: Path, *, intra_op_threads: int
    ) -> None:
        """Loads the model from the bytes whose digest was signed.

        Args:
            name: Name of the variant.
            released: What the signed release says of it.
            folder: Folder with the verified files.
            intra_op_threads: ONNX Runtime threads within one computation.

        Raises:
            VerificationError: The bytes differ from the signed ones, the model cannot be
                loaded from them alone, or it does not have the tensors of its contract.
        """
        self.name = name
        self.version = released.version
        self.digest = released.digest
        self._file = f"{released.path}/{MODEL_FILE}"
        contract = self._signed(folder, released, "contract.json")
        self.contract = read_contract(contract, f"{released.path}/contract.json")
        self._session = self._load(self._signed(folder, released, MODEL_FILE), intra_op_threads)
        self._check_tensors(self.contract)
        self._outputs = [tensor.name for tensor in self.contract.outputs]

    @staticmethod
    def _signed(folder: Path, released: ReleasedVariant, name: str) -> bytes:
        # Read once: the bytes that are hashed are the bytes that are used.
        raw = (folder / name).read_bytes()
        if hashlib.sha256(raw).hexdigest() != released.files[name]:
            raise VerificationError(f"{released.path}/{name}", "changed after it was verified")
        return raw

    def _load(self, raw: bytes, intra_op_threads: int) -> ort.InferenceSession:
        options = ort.SessionOptions()
        options.intra_op_num_threads = intra_op_threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        # Waiting threads sleep instead of spinning: a pod's CPU share is small.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            # From memory, so that weights in files beside the model, which nobody signed here,
            # cannot be found.
            return ort.InferenceSession(raw, options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise VerificationError(self._file, f"cannot be loaded: {error}") from error

    def _check_tensors(self, contract: Contract) -> None:
        def check(kind: str, said: list[TensorContract], nodes: list[Any]) -> None:
            graph = {node.name: node.type for node in nodes}
            wanted = {tensor.name: GRAPH_TYPES[tensor.datatype] for tensor in said}
            if graph != wanted:
                raise VerificationError(
                    self._file, f"has {kind} {graph}, its contract says {wanted}"
                )

        check("inputs", contract.inputs, self._session.get_inputs())
        check("outputs", contract.outputs, self._session.get_outputs())

    def compute(self, tensors: dict[str, np.ndarray]) -> list[np.ndarray]:
        """Returns the outputs in the contract's order; may run in any thread."""
        result: list[np.ndarray] = self._session.run(self._outputs, tensors)
        return result
