"""Passwords and their hashes, and public keys in the form that web tokens use."""

import base64
import hashlib
import hmac
import json
import secrets

from cryptography.hazmat.primitives.asymmetric import ec

SCRYPT = {"n": 2**14, "r": 8, "p": 1}
SECRET_BYTES = 32


def json_web_key(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """A public key as RFC 7517 writes it, named by its RFC 7638 thumbprint."""
    numbers = key.public_numbers()
    members = {
        "crv": "P-256",
        "kty": "EC",
        "x": _coordinate(numbers.x),
        "y": _coordinate(numbers.y),
    }
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":")).encode()
    thumbprint = _base64url(hashlib.sha256(canonical).digest())
    return {**members, "kid": thumbprint, "use": "sig", "alg": "ES256"}


def new_password() -> str:
    """A random password or secret key with 256 bits in it."""
    return secrets.token_urlsafe(SECRET_BYTES)


def password_hash(password: str, salt: bytes | None = None) -> str:
    """The password's scrypt hash with its parameters: `scrypt$n$r$p$salt$hash`."""
    salt = salt or secrets.token_bytes(16)
    derived = hashlib.scrypt(
        password.encode(), salt=salt, n=SCRYPT["n"], r=SCRYPT["r"], p=SCRYPT["p"]
    )
    cost = "$".join(str(SCRYPT[name]) for name in ("n", "r", "p"))
    return f"scrypt${cost}${_base64url(salt)}${_base64url(derived)}"


def is_hash_of(stored: str, password: str) -> bool:
    """Whether the hash was made from the password with the parameters of today."""
    parts = stored.split("$")
    if len(parts) != len(["scrypt", "n", "r", "p", "salt", "hash"]):
        return False
    try:
        salt = base64.urlsafe_b64decode(parts[4] + "==")
    except ValueError:
        return False
    return bool(salt) and hmac.compare_digest(stored, password_hash(password, salt))


def _coordinate(value: int) -> str:
    """One coordinate of a P-256 point."""
    return _base64url(value.to_bytes(32, "big"))


def _base64url(value: bytes) -> str:
    """Base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
