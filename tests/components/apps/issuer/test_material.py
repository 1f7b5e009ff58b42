import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.components.apps.loading import load

app = load("certificate_authority", "material", "credential")
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOSTS = ["store.storage.svc.cluster.local", "store"]
ADDRESSES = ["10.96.0.50"]
RENEW_BEFORE = timedelta(hours=8)


@pytest.fixture(scope="module")
def authority() -> Any:
    return app.material.new_authority(30, NOW, None)


def leaf(authority: Any, hours: int = 24) -> tuple[Any, Any]:
    pair: tuple[Any, Any] = app.material.new_leaf(authority, HOSTS, ADDRESSES, hours=hours, now=NOW)
    return pair


def fault(authority: Any, key: Any, certificate: Any, **other: Any) -> str | None:
    judged: dict[str, Any] = {"hosts": HOSTS, "addresses": ADDRESSES, "now": NOW, **other}
    found: str | None = app.material.fault_of_leaf(
        key, certificate, authority, renew_before=RENEW_BEFORE, **judged
    )
    return found


def test_openssl_accepts_the_chain_for_the_names_it_is_good_for(
    authority: Any, tmp_path: Path
) -> None:
    _, certificate = leaf(authority)
    (tmp_path / "ca.crt").write_bytes(authority.bundle(NOW))
    (tmp_path / "leaf.crt").write_bytes(app.material.pem(certificate))
    at = str(int(NOW.timestamp()))

    def verify(*options: str) -> int:
        command = ["openssl", "verify", "-x509_strict", "-attime", at, "-CAfile", "ca.crt"]
        return subprocess.run(
            [*command, "-purpose", "sslserver", *options, "leaf.crt"],
            cwd=tmp_path,
            capture_output=True,
            check=False,
        ).returncode

    assert verify("-verify_hostname", "store.storage.svc.cluster.local") == 0
    assert verify("-verify_ip", "10.96.0.50") == 0
    assert verify("-verify_hostname", "registry") != 0


def test_only_who_was_asked_for_as_a_client_may_show_a_certificate_to_servers(
    authority: Any, tmp_path: Path
) -> None:
    (tmp_path / "ca.crt").write_bytes(authority.bundle(NOW))
    accepted = {}
    for client in (False, True):
        _, certificate = app.material.new_leaf(
            authority, HOSTS, ADDRESSES, hours=24, now=NOW, client=client
        )
        (tmp_path / "leaf.crt").write_bytes(app.material.pem(certificate))
        command = ["openssl", "verify", "-attime", str(int(NOW.timestamp())), "-CAfile", "ca.crt"]
        accepted[client] = not subprocess.run(
            [*command, "-purpose", "sslclient", "leaf.crt"],
            cwd=tmp_path,
            capture_output=True,
            check=False,
        ).returncode
    assert accepted == {False: False, True: True}


def test_a_fresh_certificate_is_good(authority: Any) -> None:
    assert fault(authority, *leaf(authority)) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"hosts": ["other"]}, "other names"),
        ({"addresses": []}, "other names"),
        ({"client": True}, "other names or uses"),
        ({"now": NOW + timedelta(hours=16)}, "ends at"),
        ({"now": NOW + timedelta(hours=15, minutes=59)}, None),
        ({"now": NOW + timedelta(days=400)}, "ends at"),
    ],
)
def test_a_certificate_is_replaced_when_it_is_due(
    authority: Any, change: dict[str, Any], reason: str | None
) -> None:
    found = fault(authority, *leaf(authority), **change)
    assert (found is None) if reason is None else (found is not None and reason in found)


def test_a_certificate_of_another_authority_or_key_is_replaced(authority: Any) -> None:
    key, certificate = leaf(authority)
    other = app.material.new_authority(30, NOW, None)
    assert fault(other, key, certificate) == "another authority signed it"
    assert fault(authority, app.material.new_key(), certificate) is not None
    assert fault(authority, None, certificate) == "it cannot be read"


def test_a_certificate_never_outlives_its_authority(authority: Any) -> None:
    _, certificate = leaf(authority, hours=24 * 365)
    assert certificate.not_valid_after_utc == authority.certificate.not_valid_after_utc


def test_the_bundle_names_the_authority_before_while_it_counts(authority: Any) -> None:
    later = NOW + timedelta(days=29)
    after = app.material.new_authority(30, later, authority.certificate)
    assert after.bundle(later).count(b"BEGIN CERTIFICATE") == 2
    assert after.bundle(NOW + timedelta(days=31)).count(b"BEGIN CERTIFICATE") == 1


def test_a_password_is_known_by_its_hash_only() -> None:
    hashed = app.credential.password_hash("right")
    assert "right" not in hashed
    assert app.credential.is_hash_of(hashed, "right")
    assert not app.credential.is_hash_of(hashed, "wrong")
    assert not app.credential.is_hash_of("", "right")
    assert not app.credential.is_hash_of("scrypt$1$8$1$AAAA$AAAA", "right")
    assert app.credential.password_hash("right") != hashed


def test_what_cannot_be_read_is_nothing() -> None:
    assert app.material.read_key(b"no key") is None
    assert app.material.read_key(None) is None
    assert app.material.read_certificate(b"no certificate") is None
