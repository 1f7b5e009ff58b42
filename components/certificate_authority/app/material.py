"""Keys and certificates: made, read back and judged, without knowing where they lie."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# Clocks of nodes differ a little: a certificate is good from a while before it was made.
CLOCK_SKEW = timedelta(minutes=5)
COMMON_NAME_LIMIT = 64


@dataclass(frozen=True)
class Authority:
    """A certificate authority: its key, its certificate, and who was trusted just before it."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    previous: x509.Certificate | None = None

    def bundle(self, now: datetime) -> bytes:
        """What clients trust: this authority, and the one before it while it still counts."""
        trusted = [self.certificate]
        if self.previous is not None and self.previous.not_valid_after_utc > now:
            trusted.append(self.previous)
        return b"".join(pem(certificate) for certificate in trusted)


def new_key() -> ec.EllipticCurvePrivateKey:
    """A fresh EC P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def pem(certificate: x509.Certificate) -> bytes:
    """A certificate as text."""
    return certificate.public_bytes(Encoding.PEM)


def private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A private key as text (PKCS#8, not encrypted: the Secret it lies in is)."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_pem(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key as text."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def read_key(text: bytes | None) -> ec.EllipticCurvePrivateKey | None:
    """The EC private key in the text; None where there is none that can be read."""
    try:
        key = load_pem_private_key(text or b"", password=None)
    except (ValueError, TypeError):
        return None
    return key if isinstance(key, ec.EllipticCurvePrivateKey) else None


def read_certificate(text: bytes | None) -> x509.Certificate | None:
    """The first certificate in the text; None where there is none that can be read."""
    try:
        return x509.load_pem_x509_certificate(text or b"")
    except ValueError:
        return None


def belong_together(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> bool:
    """Whether the certificate was made for the key."""
    held = certificate.public_key()
    return isinstance(held, ec.EllipticCurvePublicKey) and public_pem(held) == public_pem(
        key.public_key()
    )


def new_authority(days: int, now: datetime, previous: x509.Certificate | None) -> Authority:
    """A fresh authority, good for `days`, that can sign server certificates and nothing deeper."""
    key = new_key()
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Mizan"),
            # Two authorities may be trusted at once, and are told apart by name.
            x509.NameAttribute(NameOID.COMMON_NAME, f"Mizan authority {secrets.token_hex(4)}"),
        ]
    )
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        _builder(name, name, key.public_key(), now, now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, SHA256())
    )
    return Authority(key=key, certificate=certificate, previous=previous)


def new_leaf(  # noqa: PLR0913 - whose it is, for what, and from when to when
    authority: Authority,
    hosts: Sequence[str],
    addresses: Sequence[str],
    *,
    hours: int,
    now: datetime,
    client: bool = False,
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """A key and its certificate, which never outlives its authority.

    It is a server's, and with `client` its holder may show it to other servers too.
    """
    key = new_key()
    issuer = authority.certificate
    end = min(now + timedelta(hours=hours), issuer.not_valid_after_utc)
    # A common name has 64 characters at most; clients read the alternative names anyway.
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0][:COMMON_NAME_LIMIT])])
    authority_identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(
        authority.key.public_key()
    )
    certificate = (
        _builder(subject, issuer.subject, key.public_key(), now, end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(extended_usage(client=client), critical=False)
        .add_extension(alternative_names(hosts, addresses), critical=False)
        .add_extension(authority_identifier, critical=False)
        .sign(authority.key, SHA256())
    )
    return key, certificate


def alternative_names(
    hosts: Sequence[str], addresses: Sequence[str]
) -> x509.SubjectAlternativeName:
    """The names and addresses that a certificate is good for."""
    names: list[x509.GeneralName] = [x509.DNSName(host) for host in hosts]
    return x509.SubjectAlternativeName(
        [*names, *(x509.IPAddress(ip_address(address)) for address in addresses)]
    )


def extended_usage(*, client: bool) -> x509.ExtendedKeyUsage:
    """What a certificate may be shown for."""
    shown_to = [ExtendedKeyUsageOID.CLIENT_AUTH] if client else []
    return x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, *shown_to])


def fault_of_leaf(  # noqa: PLR0913 - the certificate, and everything that it is judged by
    key: ec.EllipticCurvePrivateKey | None,
    certificate: x509.Certificate | None,
    authority: Authority,
    hosts: Sequence[str],
    addresses: Sequence[str],
    *,
    renew_before: timedelta,
    now: datetime,
    client: bool = False,
) -> str | None:
    """Why a certificate has to be replaced; None while it is good."""
    if key is None or certificate is None:
        return "it cannot be read"
    if not belong_together(key, certificate):
        return "its key belongs to another certificate"
    try:
        certificate.verify_directly_issued_by(authority.certificate)
    except (InvalidSignature, ValueError, TypeError):
        return "another authority signed it"
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    if set(names) != set(alternative_names(hosts, addresses)) or usage != extended_usage(
        client=client
    ):
        return "it is good for other names or uses"
    if certificate.not_valid_after_utc - now <= renew_before:
        return f"it ends at {certificate.not_valid_after_utc:%Y-%m-%dT%H:%MZ}"
    return None


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    end: datetime,
) -> x509.CertificateBuilder:
    """What every certificate has."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(end)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    """What a key may be used for: an authority signs certificates, a server its handshakes."""
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
