"""The trusted key, and envelopes (DSSE) that it signed."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError as UnverifiedError
from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]  # exported, not listed

from app.failure import ConfigurationError, VerificationError


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """The one key that models must be signed with.

    Attributes:
        path: The PEM file.
        keyid: SHA-256 of the DER public key.
        key: The key as the envelope library wants it.
    """

    path: Path
    keyid: str
    key: SSlibKey


def load_trusted_key(path: Path) -> TrustedKey:
    """Loads the public key.

    Args:
        path: PEM file with an EC P-256 public key.

    Raises:
        ConfigurationError: The file is missing or holds anything else.
    """
    try:
        public = serialization.load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ConfigurationError(f"{path}: is not a PEM public key") from error
    if not isinstance(public, ec.EllipticCurvePublicKey) or public.curve.name != "secp256r1":
        raise ConfigurationError(f"{path}: is not an EC P-256 public key")
    der = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    keyid = hashlib.sha256(der).hexdigest()
    return TrustedKey(path, keyid, SSlibKey.from_crypto(public, keyid=keyid))


def open_envelope(raw: bytes, payload_type: str, key: TrustedKey, file: str) -> bytes:
    """Returns the payload of an envelope once its signature holds.

    Args:
        raw: Bytes of the envelope.
        payload_type: The only payload type that is accepted.
        key: The only key that is accepted.
        file: Name of the file, for the message.

    Raises:
        VerificationError: The envelope is malformed, of another type, or not signed by the key.
    """
    try:
        document: Any = json.loads(raw)
        signers = [signature["keyid"] for signature in document["signatures"]]
        # Base64 has several spellings of the same bytes; only the one that we write is accepted,
        # so that no byte of the file can change unnoticed.
        envelope = Envelope.from_dict(json.loads(raw))
        canonical = envelope.to_dict() == document
    except Exception as error:
        raise VerificationError(file, f"is not a signed envelope ({error!r})") from error
    if not canonical:
        raise VerificationError(file, "is not a signed envelope in its canonical form")
    if envelope.payload_type != payload_type:
        raise VerificationError(
            file, f"holds {envelope.payload_type}, only {payload_type} is accepted here"
        )
    if signers != [key.keyid]:
        raise VerificationError(
            file, f"is signed by key {signers}, only {key.keyid} is trusted ({key.path})"
        )
    try:
        envelope.verify([key.key], 1)
    except UnverifiedError as error:
        raise VerificationError(file, "signature does not match the content") from error
    return envelope.payload
