"""Signatures with the one private key: envelopes (DSSE) and model signatures."""

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from model_signing import hashing, signing, verifying
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import (  # type: ignore[attr-defined]  # exported, not listed
    CryptoSigner,
    SSlibKey,
)

from app.failure import ConfigurationError

ENVELOPE = "provenance.dsse.json"
MODEL_SIGNATURE = "model.sig"


class SigningKey:
    """The private key that signs models.

    Attributes:
        keyid: SHA-256 of the DER public key.
    """

    def __init__(self, path: Path) -> None:
        """Loads the key.

        Args:
            path: PEM file with an EC P-256 private key.

        Raises:
            ConfigurationError: The file is missing or holds anything else.
        """
        try:
            private = serialization.load_pem_private_key(path.read_bytes(), None)
        except OSError as error:
            raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error
        except (ValueError, TypeError) as error:
            # The cause may quote the file: it stays out of the log.
            raise ConfigurationError(f"{path}: is not a PEM private key") from error
        if not isinstance(private, ec.EllipticCurvePrivateKey) or private.curve.name != "secp256r1":
            raise ConfigurationError(f"{path}: is not an EC P-256 private key")
        public = private.public_key()
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        der = public.public_bytes(serialization.Encoding.DER, form)
        self.keyid = hashlib.sha256(der).hexdigest()
        self._path = path
        self._public_pem = public.public_bytes(serialization.Encoding.PEM, form)
        self._key = SSlibKey.from_crypto(public, keyid=self.keyid)
        self._signer = CryptoSigner(private, self._key)

    def seal(self, payload: bytes, payload_type: str) -> bytes:
        """Returns a signed envelope around the payload, as compact JSON."""
        envelope = Envelope(payload, payload_type, {})
        envelope.sign(self._signer)
        return json.dumps(envelope.to_dict(), separators=(",", ":"), sort_keys=True).encode()

    def open(self, raw: bytes, payload_type: str) -> bytes | None:
        """Returns the payload of an envelope that this key signed; None for any other."""
        try:
            envelope = Envelope.from_dict(json.loads(raw))
            envelope.verify([self._key], 1)
        except (ValueError, KeyError, TypeError, AttributeError, VerificationError):
            return None
        return envelope.payload if envelope.payload_type == payload_type else None

    def sign_folder(self, files: dict[str, bytes]) -> bytes:
        """Returns a model signature (model-signing bundle) over the files of one version."""
        with tempfile.TemporaryDirectory() as scratch:
            folder = self._spread(files, Path(scratch))
            bundle = folder / MODEL_SIGNATURE
            signer = signing.Config()  # type: ignore[no-untyped-call]  # in the library
            signer.use_elliptic_key_signer(private_key=self._path)
            signer.set_hashing_config(self._hashing(folder)).sign(folder, bundle)
            raw = bundle.read_bytes()
            # A signature that does not verify must never leave this Job.
            self._verify(folder, bundle)
        return raw

    def verify_folder(self, files: dict[str, bytes]) -> bool:
        """Says whether the model signature among the files signs them with this key."""
        with tempfile.TemporaryDirectory() as scratch:
            folder = self._spread(files, Path(scratch))
            try:
                self._verify(folder, folder / MODEL_SIGNATURE)
            except Exception:  # noqa: BLE001 - whatever the library raises, it is not a signature
                return False
        return True

    @staticmethod
    def _spread(files: dict[str, bytes], scratch: Path) -> Path:
        folder = scratch / "model"
        folder.mkdir()
        for name, body in files.items():
            (folder / name).write_bytes(body)
        return folder

    @staticmethod
    def _hashing(folder: Path) -> Any:
        config = hashing.Config()  # type: ignore[no-untyped-call]  # in the library
        return config.set_ignored_paths(
            paths=[folder / MODEL_SIGNATURE, folder / ENVELOPE], ignore_git_paths=False
        )

    def _verify(self, folder: Path, bundle: Path) -> None:
        public = folder.parent / "signing.pub"
        public.write_bytes(self._public_pem)
        verifier = verifying.Config()  # type: ignore[no-untyped-call]  # in the library
        verifier.use_elliptic_key_verifier(public_key=public)
        verifier.set_hashing_config(self._hashing(folder)).verify(folder, bundle)
