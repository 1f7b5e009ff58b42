"""Certificates of the cluster's own components: every connection between them is mutual TLS."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sandbox.cluster import address
from sandbox.cluster.address import ON_PREMISES, Addresses
from sandbox.files import PRIVATE, replace

AUTHORITY_DAYS = 365
LEAF_DAYS = 90
RENEW_DAYS = 30


@dataclass(frozen=True)
class Leaf:
    """One certificate: who it names, which authority signs it, where it may be used."""

    name: str
    authority: str
    common_name: str
    organization: str | None = None
    hosts: Sequence[str] = ()


AUTHORITIES = ("cluster-ca", "etcd-ca", "front-proxy-ca")


def leaves(addresses: Addresses) -> list[Leaf]:
    """The certificates of a cluster whose parts are at these addresses."""
    api_hosts = (
        "localhost",
        address.NODE,
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        f"kubernetes.default.svc.{address.CLUSTER_DOMAIN}",
        "127.0.0.1",
        addresses.node_ip,
        addresses.api_service_ip,
    )
    node = f"system:node:{address.NODE}"
    node_hosts = (address.NODE, addresses.node_ip)
    return [
        Leaf("apiserver", "cluster-ca", "kube-apiserver", hosts=api_hosts),
        Leaf("apiserver-kubelet-client", "cluster-ca", "kube-apiserver", "system:masters"),
        Leaf("apiserver-etcd-client", "etcd-ca", "kube-apiserver"),
        Leaf("etcd-server", "etcd-ca", "etcd", hosts=("localhost", "127.0.0.1")),
        Leaf("front-proxy-client", "front-proxy-ca", "front-proxy-client"),
        Leaf("admin", "cluster-ca", "mizan-admin", "system:masters"),
        Leaf("node-agent", "cluster-ca", "mizan-node-agent", "mizan:node-agents"),
        Leaf("controller-manager", "cluster-ca", "system:kube-controller-manager"),
        Leaf("scheduler", "cluster-ca", "system:kube-scheduler"),
        Leaf("kube-proxy", "cluster-ca", "system:kube-proxy"),
        Leaf("network-policy", "cluster-ca", "mizan-network-policy"),
        Leaf("kubelet", "cluster-ca", node, "system:nodes", node_hosts),
    ]


def ensure(folder: Path, addresses: Addresses = ON_PREMISES) -> list[str]:
    """Make what is missing or about to expire; return the names of what was made."""
    made = issue(folder, AUTHORITIES, leaves(addresses))
    if not (folder / "service-account.key").exists():
        key = ec.generate_private_key(ec.SECP256R1())
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        replace(folder / "service-account.pub", public)
        _write_key(folder / "service-account.key", key)  # last: its presence says both are there
        made.append("service-account")
    return made


def issue(folder: Path, authorities: Sequence[str], wanted: Sequence[Leaf]) -> list[str]:
    """Make authorities and certificates that are missing or about to expire; return their names."""
    folder.mkdir(parents=True, exist_ok=True)
    made = [name for name in authorities if _authority(folder, name)]
    for leaf in wanted:
        if leaf.authority in made or not _still_good(folder / f"{leaf.name}.crt"):
            _issue(folder, leaf)
            made.append(leaf.name)
    return made


def ensure_server(folder: Path, name: str, hosts: Sequence[str]) -> Path:
    """A server certificate `<name>.crt` with its key, by an authority of its own.

    Args:
        folder: Gets both.
        name: Name of the files.
        hosts: Names and addresses of the server.

    Returns:
        File with the authority's certificate.
    """
    authority = f"{name}-ca"
    issue(folder, [authority], [Leaf(name, authority, name, hosts=hosts)])
    return folder / f"{authority}.crt"


def _still_good(path: Path) -> bool:
    if not path.exists() or not path.with_suffix(".key").exists():
        return False
    end = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    return end - datetime.now(UTC) > timedelta(days=RENEW_DAYS)


def _authority(folder: Path, name: str) -> bool:
    path = folder / f"{name}.crt"
    if _still_good(path):
        return False
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"mizan-sandbox-{name}")])
    certificate = (
        _builder(subject, subject, key.public_key(), AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write_pair(path, key, certificate)
    return True


def _issue(folder: Path, leaf: Leaf) -> None:
    authority = folder / f"{leaf.authority}.crt"
    issuer = x509.load_pem_x509_certificate(authority.read_bytes())
    signer = serialization.load_pem_private_key(authority.with_suffix(".key").read_bytes(), None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{authority.with_suffix('.key')} holds no elliptic-curve key")
    key = ec.generate_private_key(ec.SECP256R1())
    names = [x509.NameAttribute(NameOID.COMMON_NAME, leaf.common_name)]
    if leaf.organization:
        names.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, leaf.organization))
    uses = [ExtendedKeyUsageOID.CLIENT_AUTH]
    builder = _builder(x509.Name(names), issuer.subject, key.public_key(), LEAF_DAYS)
    if leaf.hosts:
        uses.append(ExtendedKeyUsageOID.SERVER_AUTH)
        builder = builder.add_extension(
            x509.SubjectAlternativeName([_host(host) for host in leaf.hosts]), critical=False
        )
    certificate = (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        .sign(signer, hashes.SHA256())
    )
    _write_pair(folder / f"{leaf.name}.crt", key, certificate)


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write_pair(path: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
    path.unlink(missing_ok=True)  # never an old certificate beside a new key
    _write_key(path.with_suffix(".key"), key)
    replace(path, certificate.public_bytes(serialization.Encoding.PEM))


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    replace(path, pem, PRIVATE)
