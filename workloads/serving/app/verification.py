"""Whether a downloaded folder is what was trained, checked and signed."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec
from model_signing import hashing, verifying

from app.failure import VerificationError
from app.release import ReleasedVariant
from app.repository import FILES
from app.signature import TrustedKey, open_envelope

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://slsa.dev/provenance/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
SIGNED_AFTERWARDS = ("provenance.dsse.json", "model.sig")


class _Subject(msgspec.Struct):
    name: str
    digest: dict[str, str]


class _Statement(msgspec.Struct):
    type_: str = msgspec.field(name="_type")
    subject: list[_Subject]
    predicate_type: str = msgspec.field(name="predicateType")
    predicate: dict[str, Any]


def verify_folder(folder: Path, variant: str, released: ReleasedVariant, key: TrustedKey) -> None:
    """Checks one version folder against everything that was signed about it.

    Three independent signatures must agree: the release lists the digest of every file, the
    provenance lists the files that training made, and the model signature covers the folder.

    Args:
        folder: Folder with the downloaded files.
        variant: Variant that it is to be served as.
        released: What the release says of the variant.
        key: The trusted key.

    Raises:
        VerificationError: Something is missing or different; names the file.
    """
    digests = _verify_digests(folder, released)
    _verify_provenance(folder, variant, released, digests, key)
    _verify_model_signature(folder, f"{released.path}/model.sig", key)


def _verify_digests(folder: Path, released: ReleasedVariant) -> dict[str, str]:
    found = {path.name for path in folder.iterdir()}
    for name in sorted(set(FILES) ^ found):
        reason = "is missing" if name in FILES else "is not part of a signed model"
        raise VerificationError(f"{released.path}/{name}", reason)
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}
    for name, digest in digests.items():
        if digest != released.files[name]:
            raise VerificationError(
                f"{released.path}/{name}",
                f"has SHA-256 {digest}, the signed release says {released.files[name]}",
            )
    return digests


def _verify_provenance(
    folder: Path,
    variant: str,
    released: ReleasedVariant,
    digests: dict[str, str],
    key: TrustedKey,
) -> None:
    envelope = f"{released.path}/provenance.dsse.json"
    file = f"{released.path}/provenance.json"
    payload = open_envelope(
        (folder / "provenance.dsse.json").read_bytes(), PAYLOAD_TYPE, key, envelope
    )
    if payload != (folder / "provenance.json").read_bytes():
        raise VerificationError(file, "is not the statement that was signed")
    try:
        statement = msgspec.json.decode(payload, type=_Statement)
        made_as = statement.predicate["buildDefinition"]["externalParameters"]["variant"]
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise VerificationError(file, f"is not a provenance statement: {error!r}") from error
    if (statement.type_, statement.predicate_type) != (STATEMENT_TYPE, PREDICATE_TYPE):
        raise VerificationError(file, f"is a {statement.type_} of {statement.predicate_type}")
    if made_as != variant:
        raise VerificationError(file, f"is about variant {made_as!r}, served as {variant!r}")
    subjects = {subject.name: subject.digest.get("sha256") for subject in statement.subject}
    expected = set(FILES) - {"provenance.json", *SIGNED_AFTERWARDS}
    if set(subjects) != expected:
        raise VerificationError(file, f"is about {sorted(subjects)}, not {sorted(expected)}")
    for name, digest in subjects.items():
        if digest != digests[name]:
            raise VerificationError(
                f"{released.path}/{name}",
                f"has SHA-256 {digests[name]}, the signed provenance says {digest}",
            )


def _verify_model_signature(folder: Path, file: str, key: TrustedKey) -> None:
    # Nothing but the two files that signing adds may stay outside the signature.
    hasher = hashing.Config().set_ignored_paths(  # type: ignore[no-untyped-call]  # in the library
        paths=[folder / name for name in SIGNED_AFTERWARDS], ignore_git_paths=False
    )
    try:
        verifier = verifying.Config()  # type: ignore[no-untyped-call]  # in the library
        verifier.use_elliptic_key_verifier(public_key=key.path).set_hashing_config(hasher)
        verifier.verify(folder, folder / "model.sig")
    except Exception as error:
        # The library reads a file that anybody may have written: whatever it raises is a refusal.
        reason = str(error) or type(error).__name__
        raise VerificationError(file, f"does not sign this folder: {reason}") from error
