"""Bearer tokens as the registry checks them: a JWT (RFC 7519) signed with ES256 (RFC 7518)."""

import base64
import hashlib
import json
import secrets
import time
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from app.scope import Access

KEY_FILE = Path("/etc/mizan/token/token.key")
# A push of a large image asks again when its token ends; nothing has to last longer.
LIFETIME_SECONDS = 600
COORDINATE_BYTES = 32


class TokenKeyError(Exception):
    """The key that signs tokens cannot be used."""


def read_key(path: Path = KEY_FILE) -> ec.EllipticCurvePrivateKey:
    """The key that signs tokens.

    Raises:
        TokenKeyError: if the file holds no EC P-256 private key.
    """
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as fault:
        raise TokenKeyError(f"{path} cannot be used to sign tokens: {fault}") from fault
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise TokenKeyError(f"{path} holds no EC P-256 key: ask the authority for a TokenKey")
    return key


def token(
    key: ec.EllipticCurvePrivateKey,
    *,
    issuer: str,
    service: str,
    user: str,
    access: list[Access],
) -> str:
    """A token that says what the user may do at the service, good for `LIFETIME_SECONDS`."""
    now = int(time.time())
    header = {"typ": "JWT", "alg": "ES256", "kid": _thumbprint(key.public_key())}
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": user,
        "aud": service,
        "iat": now,
        "nbf": now - 5,
        "exp": now + LIFETIME_SECONDS,
        "jti": secrets.token_urlsafe(16),
        "access": access,
    }
    signed = ".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
    # JOSE writes the two numbers of a signature side by side, not as ASN.1 does.
    numbers = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256())))
    raw = b"".join(number.to_bytes(COORDINATE_BYTES, "big") for number in numbers)
    return f"{signed}.{_base64url(raw)}"


def _thumbprint(key: ec.EllipticCurvePublicKey) -> str:
    """The key's name: its RFC 7638 thumbprint."""
    numbers = key.public_numbers()
    x, y = (_base64url(value.to_bytes(COORDINATE_BYTES, "big")) for value in (numbers.x, numbers.y))
    canonical = json.dumps({"crv": "P-256", "kty": "EC", "x": x, "y": y}, separators=(",", ":"))
    return _base64url(hashlib.sha256(canonical.encode()).digest())


def _base64url(value: bytes) -> str:
    """Base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
