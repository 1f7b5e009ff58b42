"""A small real model, signed as the signing Job signs, with every part open to tampering."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from model_signing import hashing, signing
from onnx import TensorProto, helper, numpy_helper
from securesystemslib.dsse import Envelope
from securesystemslib.signer import CryptoSigner, SSlibKey

SUBJECTS = ("model.onnx", "contract.json", "metrics.json", "model_card.md")
RELEASE_TYPE = "application/vnd.mizan.release+json"
CONTRACT = {
    "inputs": [
        {"name": "carrier", "datatype": "BYTES", "shape": [-1, 1], "description": "airline"},
        {
            "name": "distance",
            "datatype": "FP32",
            "shape": [-1, 1],
            "description": "route length",
            "unit": "miles",
            "min": 0,
            "max": 10000,
        },
        {"name": "month", "datatype": "INT64", "shape": [-1, 1], "min": 1, "max": 12},
    ],
    "outputs": [{"name": "probability", "datatype": "FP32", "shape": [-1, 1]}],
    "parity": {"tolerance": 1e-5, "max_abs_difference": 1e-7, "rows": 10000},
}


def make_model(slope: float, *, external: bool = False) -> bytes:
    """Strings, integers, a missing value and an unseen category, all inside the graph."""
    weight = numpy_helper.from_array(np.array(slope, dtype=np.float32), "slope")
    if external:
        weight.ClearField("raw_data")
        weight.data_location = TensorProto.EXTERNAL
        entry = weight.external_data.add()
        entry.key, entry.value = "location", "../../weights.bin"
    nodes = [
        helper.make_node(
            "LabelEncoder",
            ["carrier"],
            ["code"],
            domain="ai.onnx.ml",
            keys_strings=["EK", "EY", "FZ"],
            values_floats=[0.25, 0.5, 0.75],
            default_float=0.0,
        ),
        helper.make_node("IsNaN", ["distance"], ["missing"]),
        helper.make_node("Where", ["missing", "typical", "distance"], ["known"]),
        helper.make_node("Mul", ["known", "slope"], ["scaled"]),
        helper.make_node("Cast", ["month"], ["month_float"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["month_float", "tenth"], ["season"]),
        helper.make_node("Sum", ["code", "scaled", "season"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["probability"]),
    ]
    constants = [
        weight,
        numpy_helper.from_array(np.array(900.0, dtype=np.float32), "typical"),
        numpy_helper.from_array(np.array(0.1, dtype=np.float32), "tenth"),
    ]
    types = {"BYTES": TensorProto.STRING, "FP32": TensorProto.FLOAT, "INT64": TensorProto.INT64}
    values = {
        kind: [
            helper.make_tensor_value_info(one["name"], types[one["datatype"]], [None, 1])
            for one in CONTRACT[kind]
        ]
        for kind in ("inputs", "outputs")
    }
    graph = helper.make_graph(nodes, "delay", values["inputs"], values["outputs"], constants)
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)],
        ir_version=8,
    )
    if not external:
        onnx.checker.check_model(model)
    return model.SerializeToString()


def expected_probability(slope: float, carrier: str, distance: float, month: int) -> float:
    code = {"EK": 0.25, "EY": 0.5, "FZ": 0.75}.get(carrier, 0.0)
    known = 900.0 if np.isnan(distance) else distance
    return float(1 / (1 + np.exp(-(code + known * slope + month * 0.1))))


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@dataclass
class Authority:
    """A signing key, its files, and what it signs."""

    folder: Path
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.key_file = self.folder / "signing.key"
        self.key_file.write_bytes(
            self.private.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        public = self.private.public_key()
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        self.public_file = self.folder / "signing.pub"
        self.public_file.write_bytes(public.public_bytes(serialization.Encoding.PEM, form))
        self.keyid = sha256(public.public_bytes(serialization.Encoding.DER, form))
        self._signer = CryptoSigner(self.private, SSlibKey.from_crypto(public, keyid=self.keyid))

    def seal(self, payload: bytes, payload_type: str) -> bytes:
        envelope = Envelope(payload, payload_type, {})
        envelope.sign(self._signer)
        return json.dumps(envelope.to_dict(), separators=(",", ":")).encode()

    def sign_folder(self, files: dict[str, bytes], scratch: Path) -> bytes:
        folder = scratch / sha256(b"".join(files.values()))[:16]
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in files.items():
            (folder / name).write_bytes(body)
        ignored = [folder / "model.sig", folder / "provenance.dsse.json"]
        config = hashing.Config().set_ignored_paths(paths=ignored, ignore_git_paths=False)
        signing.Config().use_elliptic_key_signer(private_key=self.key_file).set_hashing_config(
            config
        ).sign(folder, folder / "model.sig")
        return (folder / "model.sig").read_bytes()


def make_statement(variant: str, files: dict[str, bytes]) -> dict[str, Any]:
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": n, "digest": {"sha256": sha256(files[n])}} for n in SUBJECTS],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "externalParameters": {"variant": variant},
                "resolvedDependencies": [{"digest": {"sha256": "0" * 64}}],
            },
            "runDetails": {"builder": {"id": "https://example.test/training"}},
        },
    }


def make_version(
    authority: Authority,
    variant: str,
    slope: float,
    *,
    edit_statement: Callable[[dict[str, Any]], None] = lambda _: None,
    **instead: bytes,
) -> dict[str, bytes]:
    """Files of one version, by name, properly signed whatever they say."""
    files = {
        "model.onnx": instead.get("model", make_model(slope)),
        "contract.json": instead.get("contract", json.dumps(CONTRACT).encode()),
        "metrics.json": b'{"pr_auc_difference": {"lower": 0.01}}',
        "model_card.md": f"# {variant}\n".encode(),
    }
    statement = make_statement(variant, files)
    edit_statement(statement)
    files["provenance.json"] = json.dumps(statement).encode()
    files["provenance.dsse.json"] = authority.seal(
        files["provenance.json"], "application/vnd.in-toto+json"
    )
    files["model.sig"] = authority.sign_folder(files, authority.folder / "scratch")
    return files


def make_release(
    authority: Authority,
    versions: dict[str, dict[str, bytes]],
    edit: Callable[[dict[str, Any]], None] = lambda _: None,
) -> bytes:
    """The release of these versions, properly signed whatever it says."""
    variants = {}
    for variant, files in versions.items():
        digest = sha256(files["model.onnx"])
        variants[variant] = {
            "version": digest[:12],
            "digest": digest,
            "path": f"delay/{variant}/{digest[:12]}",
            "files": {name: sha256(body) for name, body in files.items()},
        }
    release = {
        "model": "delay",
        "variants": variants,
        "signed_by": authority.keyid,
        "signed_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    edit(release)
    return authority.seal(json.dumps(release).encode(), RELEASE_TYPE)


def make_objects(
    authority: Authority, versions: dict[str, dict[str, bytes]], release: bytes | None = None
) -> dict[str, bytes]:
    """Everything that lies in the bucket, by key."""
    objects = {"delay/release.dsse.json": release or make_release(authority, versions)}
    for variant, files in versions.items():
        version = sha256(files["model.onnx"])[:12]
        objects |= {f"delay/{variant}/{version}/{name}": body for name, body in files.items()}
    return objects
