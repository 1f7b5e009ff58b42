"""A signature over evidence refuses every changed byte, and OpenSSL agrees."""

import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from policies.evidence import EvidenceError, signing

FILES = {"report.json": b'{"a": 1}\n', "report.html": b"<p>", "plan.json": b"{}"}


@pytest.fixture
def key(tmp_path):
    return signing.sandbox_key(tmp_path / "keys" / "key.pem")


@pytest.fixture
def signed(tmp_path, key):
    folder = tmp_path / "evidence"
    signing.sign(folder, FILES, key, "a key of a test")
    return folder


def test_what_was_signed_holds(signed, key):
    manifest = signing.verify(signed)

    assert set(manifest["files"]) == set(FILES)
    assert manifest["signer"]["fingerprint"] == signing.fingerprint(key.public_key())


@pytest.mark.parametrize("name", [*FILES, "manifest.json", "manifest.sig", "signer.pem"])
@pytest.mark.parametrize("at", [0, -1])
def test_a_changed_byte_is_refused(signed, name, at):
    content = bytearray((signed / name).read_bytes())
    content[at] ^= 1
    (signed / name).write_bytes(content)

    with pytest.raises(EvidenceError, match=name.replace(".", r"\.")[:8]):
        signing.verify(signed)


@pytest.mark.parametrize("name", [*FILES, "manifest.json", "manifest.sig", "signer.pem"])
def test_a_missing_file_is_refused(signed, name):
    (signed / name).unlink()

    with pytest.raises(EvidenceError, match="cannot be read"):
        signing.verify(signed)


def test_a_file_that_nobody_signed_is_refused(signed):
    (signed / "more.html").write_text("")

    with pytest.raises(EvidenceError, match=r"nobody signed: more\.html"):
        signing.verify(signed)


def test_a_signature_by_somebody_else_is_refused(signed, tmp_path):
    other = signing.sandbox_key(tmp_path / "other.pem")
    signing.sign(tmp_path / "elsewhere", FILES, other, "another")

    with pytest.raises(EvidenceError, match="does not fit the key"):
        signing.verify(signed, tmp_path / "elsewhere" / "signer.pem")
    assert signing.verify(signed, signed / "signer.pem")


def test_the_same_files_and_key_give_the_same_signature(signed, key, tmp_path):
    signing.sign(tmp_path / "again", FILES, key, "a key of a test")

    for file in signed.iterdir():
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes()


def test_what_was_there_before_goes(signed, key):
    (signed / "old.html").write_text("")

    signing.sign(signed, FILES, key, "a key of a test")

    assert signing.verify(signed)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="OpenSSL is not installed")
def test_openssl_makes_a_key_that_is_taken_and_checks_the_signature(tmp_path):
    made = tmp_path / "made.pem"
    _openssl("genpkey", "-algorithm", "ed25519", "-out", str(made))
    folder = tmp_path / "evidence"
    signing.sign(folder, FILES, signing.private_key(made), "made by OpenSSL")

    checked = _openssl(
        "pkeyutl", "-verify", "-pubin", "-inkey", str(folder / "signer.pem"), "-rawin",
        "-in", str(folder / "manifest.json"), "-sigfile", str(folder / "manifest.sig"),
    )  # fmt: skip

    assert "Verified Successfully" in checked


def test_a_key_of_this_machine_is_for_its_owner_only(tmp_path):
    path = tmp_path / "key.pem"
    signing.sandbox_key(path)

    assert path.stat().st_mode & 0o077 == 0


def test_another_kind_of_key_is_refused(tmp_path):
    path = tmp_path / "ec.pem"
    path.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    )

    with pytest.raises(EvidenceError, match="allowed: Ed25519"):
        signing.private_key(path)


@pytest.mark.parametrize("content", ["", "no key"])
def test_what_is_no_key_is_refused(tmp_path, content):
    (tmp_path / "key.pem").write_text(content)

    with pytest.raises(EvidenceError, match="cannot be read"):
        signing.private_key(tmp_path / "key.pem")
    with pytest.raises(EvidenceError, match="cannot be read"):
        signing.private_key(tmp_path / "missing.pem")


def _openssl(*words):
    return subprocess.run(["openssl", *words], check=True, capture_output=True, text=True).stdout
