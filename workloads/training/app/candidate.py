"""Candidates in the object store: a folder per version, and a list that is written last."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.store import Bucket

MODEL_FILE = "model.onnx"
PROVENANCE = "provenance.json"
VERSION_LENGTH = 12


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One variant, ready to be offered.

    Attributes:
        model: Name of the model.
        variant: Name of the variant.
        files: Bytes by file name, the provenance statement among them.
    """

    model: str
    variant: str
    files: Mapping[str, bytes]

    @property
    def version(self) -> str:
        """First digits of the model file's SHA-256."""
        return hashlib.sha256(self.files[MODEL_FILE]).hexdigest()[:VERSION_LENGTH]

    @property
    def folder(self) -> str:
        """Where the version lies in the bucket."""
        return f"{self.model}/{self.variant}/{self.version}"


def upload(bucket: Bucket, candidate: Candidate) -> bool:
    """Writes one version, its provenance last, unless it is there already.

    It is there when the stored provenance tells of the same build and each stored file is what
    that provenance says; measured speeds and times may then differ.

    Returns:
        Whether anything was written.

    Raises:
        StoreError: The store refuses or does not answer.
    """
    if _is_there(bucket, candidate):
        return False
    for name, body in sorted(candidate.files.items(), key=lambda one: one[0] == PROVENANCE):
        bucket.write(f"{candidate.folder}/{name}", body)
    return True


def offer(bucket: Bucket, model: str, versions: Mapping[str, str]) -> bool:
    """Writes the list of candidates, unless it says the same already.

    Args:
        bucket: Bucket of the candidates.
        model: Name of the model.
        versions: Version by variant.

    Returns:
        Whether the list was written.

    Raises:
        StoreError: The store refuses or does not answer.
    """
    key = f"{model}/candidates.json"
    body = as_json({"model": model, "variants": dict(sorted(versions.items()))})
    if bucket.read(key) == body:
        return False
    bucket.write(key, body)
    return True


def as_json(document: object) -> bytes:
    """Returns a document as bytes, the same for the same document."""
    return (json.dumps(document, indent=2, allow_nan=False) + "\n").encode()


def _is_there(bucket: Bucket, candidate: Candidate) -> bool:
    stored = _statement(bucket.read(f"{candidate.folder}/{PROVENANCE}"))
    made = _statement(candidate.files[PROVENANCE])
    if stored.get("build") is None or stored["build"] != made["build"]:
        return False
    if stored["subjects"].keys() != candidate.files.keys() - {PROVENANCE}:
        return False
    for name, digest in stored["subjects"].items():
        body = bucket.read(f"{candidate.folder}/{name}")
        if body is None or hashlib.sha256(body).hexdigest() != digest:
            return False
    return True


def _statement(raw: bytes | None) -> dict[str, Any]:
    try:
        statement = json.loads(raw or b"{}")
        return {
            "build": statement["predicate"]["buildDefinition"],
            "subjects": {one["name"]: one["digest"]["sha256"] for one in statement["subject"]},
        }
    except (ValueError, KeyError, TypeError):
        return {}
