"""What training offers, and whether it deserves a signature."""

import hashlib
import json
import math
from dataclasses import dataclass
from typing import Any

from app.failure import CandidateError
from app.graph import check_graph
from app.settings import NAME
from app.store import Store

MODEL_FILE = "model.onnx"
PROVENANCE = "provenance.json"
SUBJECTS = (MODEL_FILE, "contract.json", "metrics.json", "model_card.md")
FILES = (*SUBJECTS, PROVENANCE)
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://slsa.dev/provenance/v1"
LARGEST_TOLERANCE = 1e-3


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One variant that passed every check.

    Attributes:
        model: Name of the model.
        variant: Name of the variant.
        version: First 12 hexadecimal digits of the model's digest.
        files: The bytes that were checked, by file name.
    """

    model: str
    variant: str
    version: str
    files: dict[str, bytes]

    @property
    def path(self) -> str:
        """Folder of this version in either bucket."""
        return f"{self.model}/{self.variant}/{self.version}"

    @property
    def digest(self) -> str:
        """SHA-256 of the model file."""
        return hashlib.sha256(self.files[MODEL_FILE]).hexdigest()


def read_candidates(store: Store, bucket: str, model: str) -> list[Candidate]:
    """Reads and checks all variants that training offers.

    Args:
        store: The object store.
        bucket: Bucket that training writes to.
        model: Name of the model.

    Returns:
        The variants in the order of their names.

    Raises:
        CandidateError: Something is missing or wrong; names the file.
        StoreError: The store cannot be read.
    """
    file = f"{model}/candidates.json"
    offered = _document(_present(store, bucket, file), file)
    variants = offered.get("variants")
    if offered.get("model") != model or not isinstance(variants, dict) or not variants:
        raise CandidateError(file, f"does not offer variants of model {model!r}: {offered}")
    candidates = []
    for variant, version in sorted(variants.items()):
        if not NAME.fullmatch(variant) or not NAME.fullmatch(str(version)):
            raise CandidateError(file, f"has variant {variant!r} with version {version!r}")
        path = f"{model}/{variant}/{version}"
        files = {name: _present(store, bucket, f"{path}/{name}") for name in FILES}
        candidate = Candidate(model=model, variant=variant, version=str(version), files=files)
        check(candidate)
        candidates.append(candidate)
    return candidates


def check(candidate: Candidate) -> None:
    """Checks one variant.

    Raises:
        CandidateError: The first thing that is wrong; names the file.
    """
    if not candidate.digest.startswith(candidate.version) or len(candidate.version) != 12:  # noqa: PLR2004 - the contract's length of a version
        raise CandidateError(
            f"{candidate.path}/{MODEL_FILE}",
            f"has SHA-256 {candidate.digest}, version {candidate.version} must be its first 12",
        )
    _check_provenance(candidate)
    contract_file = f"{candidate.path}/contract.json"
    contract = _document(candidate.files["contract.json"], contract_file)
    for kind in ("inputs", "outputs"):
        tensors = contract.get(kind)
        if not isinstance(tensors, list) or not all(
            isinstance(tensor, dict) and {"name", "datatype", "shape"} <= tensor.keys()
            for tensor in tensors
        ):
            raise CandidateError(contract_file, f"does not list {kind} by name, datatype, shape")
    _check_parity(contract.get("parity"), contract_file)
    check_graph(candidate.files[MODEL_FILE], contract, f"{candidate.path}/{MODEL_FILE}")
    metrics_file = f"{candidate.path}/metrics.json"
    _check_baseline(_document(candidate.files["metrics.json"], metrics_file), metrics_file)
    if not candidate.files["model_card.md"].strip():
        raise CandidateError(f"{candidate.path}/model_card.md", "is empty")


def _check_provenance(candidate: Candidate) -> None:
    file = f"{candidate.path}/{PROVENANCE}"
    statement = _document(candidate.files[PROVENANCE], file)
    if (statement.get("_type"), statement.get("predicateType")) != (STATEMENT_TYPE, PREDICATE_TYPE):
        raise CandidateError(file, f"is not a {STATEMENT_TYPE} of {PREDICATE_TYPE}")
    try:
        subjects = {one["name"]: one["digest"]["sha256"] for one in statement["subject"]}
        definition = statement["predicate"]["buildDefinition"]
        variant = definition["externalParameters"]["variant"]
        inputs = [one["digest"]["sha256"] for one in definition["resolvedDependencies"]]
        builder = statement["predicate"]["runDetails"]["builder"]["id"]
    except (KeyError, TypeError) as error:
        raise CandidateError(file, f"lacks {error} of a provenance statement") from error
    if variant != candidate.variant:
        raise CandidateError(file, f"is about variant {variant!r}, not {candidate.variant!r}")
    if not inputs or not builder:
        raise CandidateError(file, "does not say which data and which builder made the model")
    if set(subjects) != set(SUBJECTS):
        raise CandidateError(file, f"is about {sorted(subjects)}, must be {sorted(SUBJECTS)}")
    for name, digest in subjects.items():
        found = hashlib.sha256(candidate.files[name]).hexdigest()
        if found != digest:
            raise CandidateError(
                f"{candidate.path}/{name}", f"has SHA-256 {found}, its provenance says {digest}"
            )


def _check_parity(parity: Any, file: str) -> None:
    values = parity if isinstance(parity, dict) else {}
    tolerance = _number(values, "tolerance", file)
    difference = _number(values, "max_abs_difference", file)
    rows = _number(values, "rows", file)
    if not 0 < tolerance <= LARGEST_TOLERANCE:
        raise CandidateError(
            file, f"parity tolerance {tolerance:g} is not within 0 to {LARGEST_TOLERANCE:g}"
        )
    if rows < 1 or not 0 <= difference <= tolerance:
        raise CandidateError(
            file,
            f"ONNX and torch differ by {difference:g} on {rows:g} rows, {tolerance:g} is allowed",
        )


def _check_baseline(metrics: dict[str, Any], file: str) -> None:
    margin = metrics.get("pr_auc_difference")
    lower = _number(margin if isinstance(margin, dict) else {}, "lower", file)
    if lower <= 0:
        raise CandidateError(
            file,
            f"does not beat the logistic baseline: the interval of the PR-AUC difference starts "
            f"at {lower:g}, it must start above 0",
        )


def _number(values: dict[str, Any], name: str, file: str) -> float:
    value = values.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise CandidateError(file, f"has no number {name!r}")
    return float(value)


def _present(store: Store, bucket: str, key: str) -> bytes:
    body = store.read(bucket, key)
    if body is None:
        raise CandidateError(key, f"is missing in bucket {bucket}")
    return body


def _document(raw: bytes, file: str) -> dict[str, Any]:
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise CandidateError(file, f"is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise CandidateError(file, "is not a JSON object")
    return document
