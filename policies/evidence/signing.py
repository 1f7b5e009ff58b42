"""A signature over evidence: which files it is, by digest, and whose key says so.

`manifest.json` holds the SHA-256 of every file; `manifest.sig` is the Ed25519 signature over its
very bytes, so that OpenSSL alone can check it too; `signer.pem` is the public key.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from policies.evidence import EvidenceError

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
SIGNER: Final = "signer.pem"
FORMAT: Final = "mizan-evidence-manifest/1"
_MAKE: Final = "`openssl genpkey -algorithm ed25519 -out key.pem`"
_PEM: Final = serialization.Encoding.PEM
_PRIVATE_MODE: Final = 0o600


def private_key(path: Path) -> Ed25519PrivateKey:
    """Reads the key that evidence is signed with.

    Raises:
        EvidenceError: It cannot be read, is locked by a password, or is no Ed25519 key.
    """
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise EvidenceError(
            f"{path}: the signing key cannot be read ({error}); allowed: an Ed25519 private key, "
            f"PEM, without a password. Remedy: {_MAKE}"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise EvidenceError(
            f"{path}: the signing key is a {type(key).__name__}; allowed: Ed25519, whose "
            f"signatures are the same each time. Remedy: {_MAKE}"
        )
    return key


def sandbox_key(path: Path) -> Ed25519PrivateKey:
    """Reads the key of this machine, and makes it where there is none yet."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = Ed25519PrivateKey.generate().private_bytes(
            _PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(made)
    return private_key(path)


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 of a public key, by which people compare it."""
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(der).hexdigest()


def sign(folder: Path, files: Mapping[str, bytes], key: Ed25519PrivateKey, whose: str) -> None:
    """Writes files into a folder, with manifest, signature and public key; clears what was there.

    Args:
        folder: Made if missing.
        files: Name to content.
        key: Signs the manifest.
        whose: What is known of the key, in words.
    """
    public = key.public_key()
    manifest = {
        "format": FORMAT,
        "signer": {"algorithm": "Ed25519", "fingerprint": fingerprint(public), "key": whose},
        "files": {name: _digest(content) for name, content in sorted(files.items())},
    }
    signed = (json.dumps(manifest, indent=2) + "\n").encode()
    pem = public.public_bytes(_PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    whole = {**files, MANIFEST: signed, SIGNATURE: key.sign(signed), SIGNER: pem}
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.is_file() and old.name not in whole:
            old.unlink()
    for name, content in whole.items():
        (folder / name).write_bytes(content)


def verify(folder: Path, trusted: Path | None = None) -> dict[str, Any]:
    """Checks that evidence is what was signed, to the byte, and nothing more or less.

    Args:
        folder: Where the evidence is.
        trusted: Public key of whom it should come from; without one, the key beside the evidence,
            which proves that nothing changed since, and not who signed.

    Returns:
        The manifest.

    Raises:
        EvidenceError: A file is missing, changed or too many, or the signature does not fit.
    """
    manifest = _read(folder / MANIFEST)
    key = _public_key(trusted or folder / SIGNER)
    try:
        key.verify(_read(folder / SIGNATURE), manifest)
    except InvalidSignature as error:
        raise EvidenceError(
            f"{folder / MANIFEST}: the signature does not fit the key {fingerprint(key)}; the "
            "manifest was changed, or somebody else signed it"
        ) from error
    said = json.loads(manifest)
    files: dict[str, str] = said["files"]
    for name, digest in files.items():
        found = _digest(_read(folder / name))
        if found != digest:
            raise EvidenceError(
                f"{folder / name}: changed since it was signed: SHA-256 {found}, signed {digest}"
            )
    if _read(folder / SIGNER) != key.public_bytes(
        _PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ):
        raise EvidenceError(f"{folder / SIGNER}: is not the key {fingerprint(key)} that signed")
    known = {*files, MANIFEST, SIGNATURE, SIGNER}
    if strange := sorted(one.name for one in folder.iterdir() if one.name not in known):
        raise EvidenceError(f"{folder}: holds what nobody signed: {', '.join(strange)}")
    return dict(said)


def _public_key(path: Path) -> Ed25519PublicKey:
    try:
        key = serialization.load_pem_public_key(_read(path))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise EvidenceError(f"{path}: no public key ({error}); allowed: Ed25519, PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise EvidenceError(f"{path}: a {type(key).__name__}; allowed: an Ed25519 public key")
    return key


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EvidenceError(f"{path}: cannot be read: {error.strerror}") from error


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
