"""Nothing that is not exactly what was signed gets through, and the message names the file."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from signed_model import (
    CONTRACT,
    RELEASE_TYPE,
    Authority,
    make_model,
    make_release,
    make_version,
    sha256,
)

from app.failure import ConfigurationError, VerificationError
from app.model import Variant
from app.release import Release, choose, open_release
from app.repository import FILES
from app.signature import load_trusted_key
from app.verification import verify_folder

Files = dict[str, bytes]


def unpack(folder: Path, files: Files) -> Path:
    folder.mkdir()
    for name, body in files.items():
        (folder / name).write_bytes(body)
    return folder


def open_as(authority: Authority, raw: bytes, **options: Any) -> Release:
    key = load_trusted_key(authority.public_file)
    return open_release(raw, "delay", key, "delay/release.dsse.json", **options)


def verify(
    authority: Authority, folder: Path, files: Files, signed: Files, variant: str = "wide"
) -> None:
    """Verifies files against the release of what was signed."""
    release = open_as(authority, make_release(authority, {variant: signed}))
    verify_folder(
        unpack(folder, files),
        variant,
        release.variants[variant],
        load_trusted_key(authority.public_file),
    )


def test_what_was_signed_is_accepted(
    authority: Authority, versions: dict[str, Files], tmp_path: Path
) -> None:
    for variant, files in versions.items():
        verify(authority, tmp_path / variant, files, files, variant)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("place", [0.0, 0.37, 0.999])
def test_one_flipped_byte_is_refused_and_named(
    authority: Authority, versions: dict[str, Files], tmp_path: Path, name: str, place: float
) -> None:
    body = bytearray(versions["wide"][name])
    body[int(place * len(body))] ^= 1
    files = versions["wide"] | {name: bytes(body)}
    with pytest.raises(VerificationError, match=f"/{name}: has SHA-256") as caught:
        verify(authority, tmp_path / "m", files, versions["wide"])
    assert caught.value.file.startswith("delay/wide/")


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused_and_named(
    authority: Authority, versions: dict[str, Files], tmp_path: Path, name: str
) -> None:
    files = {other: body for other, body in versions["wide"].items() if other != name}
    with pytest.raises(VerificationError, match=f"/{name}: is missing"):
        verify(authority, tmp_path / "m", files, versions["wide"])


def test_an_additional_file_is_refused(
    authority: Authority, versions: dict[str, Files], tmp_path: Path
) -> None:
    files = versions["wide"] | {"weights.bin": b"x"}
    with pytest.raises(VerificationError, match=r"weights\.bin: is not part"):
        verify(authority, tmp_path / "m", files, versions["wide"])


# The release lists every digest. Below, it lists the tampered files properly: the other two
# signatures must refuse on their own.
@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("model.onnx", "model.onnx"),
        ("metrics.json", "metrics.json"),
        ("provenance.json", "provenance.json"),
        ("provenance.dsse.json", "provenance.dsse.json"),
        ("model.sig", "model.sig"),
    ],
)
def test_a_release_of_tampered_files_does_not_help(
    authority: Authority, versions: dict[str, Files], tmp_path: Path, name: str, named: str
) -> None:
    body = bytearray(versions["wide"][name])
    body[len(body) // 2] ^= 1
    files = versions["wide"] | {name: bytes(body)}
    with pytest.raises(VerificationError, match=f"/{named}: "):
        verify(authority, tmp_path / "m", files, files)


def test_a_model_signature_by_another_key_or_over_another_folder_is_refused(
    authority: Authority, versions: dict[str, Files], tmp_path: Path
) -> None:
    other = Authority(tmp_path / "other")
    by_other = other.sign_folder(versions["wide"], tmp_path / "scratch")
    for number, signature in enumerate([by_other, versions["deep"]["model.sig"], b"{}", b"\xff"]):
        files = versions["wide"] | {"model.sig": signature}
        with pytest.raises(VerificationError, match=r"model\.sig: does not sign this folder"):
            verify(authority, tmp_path / str(number), files, files)


def test_a_provenance_by_another_key_or_of_another_type_is_refused(
    authority: Authority, versions: dict[str, Files], tmp_path: Path
) -> None:
    statement = versions["wide"]["provenance.json"]
    forged = Authority(tmp_path / "other").seal(statement, "application/vnd.in-toto+json")
    typed = authority.seal(statement, "text/plain")
    for number, (envelope, reason) in enumerate(
        [(forged, "is signed by key"), (typed, "holds text/plain")]
    ):
        files = versions["wide"] | {"provenance.dsse.json": envelope}
        with pytest.raises(VerificationError, match=rf"provenance\.dsse\.json: {reason}"):
            verify(authority, tmp_path / str(number), files, files)


def test_swapped_variant_folders_are_refused(
    authority: Authority, versions: dict[str, Files], tmp_path: Path
) -> None:
    with pytest.raises(VerificationError, match="is about variant 'deep', served as 'wide'"):
        verify(authority, tmp_path / "m", versions["deep"], versions["deep"], "wide")


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda s: s.update(_type="https://in-toto.io/Statement/v0.1"), "is a https"),
        (lambda s: s.update(predicateType="https://example.test"), "is a https"),
        (lambda s: s["subject"].pop(), "is about"),
        (lambda s: s["subject"][0]["digest"].update(sha256="0" * 64), "the signed provenance says"),
        (lambda s: s.pop("predicate"), "is not a provenance statement"),
        (lambda s: s["predicate"].pop("buildDefinition"), "is not a provenance statement"),
        (lambda s: s["predicate"].update(buildDefinition=[]), "is not a provenance statement"),
    ],
)
def test_a_properly_signed_statement_must_also_say_the_right_things(
    authority: Authority, tmp_path: Path, edit: Any, reason: str
) -> None:
    files = make_version(authority, "wide", 0.001, edit_statement=edit)
    with pytest.raises(VerificationError, match=reason):
        verify(authority, tmp_path / "m", files, files)


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda r: r.update(model="other"), "is about model other"),
        (lambda r: r.update(signed_by="0" * 64), "says signed_by"),
        (lambda r: r.update(variants={}), "is not a release"),
        (lambda r: r.update(surprise=1), "is not a release"),
        (lambda r: r.update(signed_at="yesterday"), "is not a release"),
        (lambda r: r["variants"]["wide"].update(path="../.."), "has path '../..', only"),
        (lambda r: r["variants"]["wide"].update(path="delay/wide/../deep"), "has path"),
        (lambda r: r["variants"]["wide"].update(version="../../../x"), "is not a release"),
        (lambda r: r["variants"].update({"../wide": r["variants"]["wide"]}), "is not a release"),
        (lambda r: r["variants"]["wide"]["files"].pop("model.sig"), "does not list exactly"),
        (lambda r: r["variants"]["wide"]["files"].update({"../x": "0" * 64}), "does not list"),
        (lambda r: r["variants"]["wide"].update(digest="0" * 64), "has two digests"),
    ],
)
def test_a_properly_signed_release_must_also_say_the_right_things(
    authority: Authority, versions: dict[str, Files], edit: Any, reason: str
) -> None:
    raw = make_release(authority, versions, edit)
    with pytest.raises(VerificationError, match=r"delay/release\.dsse\.json: ") as caught:
        open_as(authority, raw)
    assert reason in caught.value.reason


def test_an_expired_release_and_one_from_the_future_are_refused(
    authority: Authority, versions: dict[str, Files]
) -> None:
    def signed(days: float) -> bytes:
        moment = datetime.now(UTC) + timedelta(days=days)
        return make_release(authority, versions, lambda r: r.update(signed_at=moment.isoformat()))

    assert open_as(authority, signed(-29), max_age_days=30).model == "delay"
    assert open_as(authority, signed(-4000)).model == "delay"
    with pytest.raises(VerificationError, match=r"expired: .*run the signing job again"):
        open_as(authority, signed(-31), max_age_days=30)
    with pytest.raises(VerificationError, match="in the future"):
        open_as(authority, signed(1))


def test_a_release_by_another_key_is_refused(
    authority: Authority, versions: dict[str, Files], tmp_path: Path
) -> None:
    raw = make_release(Authority(tmp_path / "other"), versions)
    with pytest.raises(VerificationError, match=f"only {authority.keyid} is trusted"):
        open_as(authority, raw)
    # The same, calling itself by the trusted key's name.
    envelope = json.loads(raw)
    envelope["signatures"][0]["keyid"] = authority.keyid
    with pytest.raises(VerificationError, match="signature does not match"):
        open_as(authority, json.dumps(envelope).encode())


def test_a_replaced_payload_is_refused(authority: Authority, versions: dict[str, Files]) -> None:
    one = json.loads(make_release(authority, versions))
    one["payload"] = json.loads(make_release(authority, {"wide": versions["wide"]}))["payload"]
    with pytest.raises(VerificationError, match="signature does not match"):
        open_as(authority, json.dumps(one).encode())


def test_every_flipped_byte_of_the_release_is_refused(
    authority: Authority, versions: dict[str, Files]
) -> None:
    raw = make_release(authority, {"wide": versions["wide"]})
    raw = json.dumps(json.loads(raw), separators=(",", ":")).encode()
    for place in range(len(raw)):
        flipped = bytearray(raw)
        flipped[place] ^= 1
        with pytest.raises(VerificationError):
            open_as(authority, bytes(flipped))


@given(
    st.one_of(
        st.binary(),
        st.recursive(
            st.none() | st.text() | st.integers(),
            lambda inner: (
                st.lists(inner)
                | st.dictionaries(
                    st.sampled_from(["payload", "payloadType", "signatures", "keyid", "sig"]), inner
                )
            ),
        ).map(lambda value: json.dumps(value).encode()),
    )
)
def test_arbitrary_bytes_are_refused_as_an_envelope(raw: bytes) -> None:
    with pytest.raises(VerificationError, match="is not a signed envelope"):
        open_as(FUZZ, raw)


FUZZ: Authority


@pytest.fixture(autouse=True, scope="module")
def _fuzz(authority: Authority) -> None:
    global FUZZ  # noqa: PLW0603 - hypothesis takes no function-scoped fixtures
    FUZZ = authority


def test_weights_must_name_released_variants(
    authority: Authority, versions: dict[str, Files]
) -> None:
    release = open_as(authority, make_release(authority, versions))
    assert list(choose(release, {"wide": 100})) == ["wide"]
    with pytest.raises(ConfigurationError, match=r"names tall; the signed release .* deep, wide"):
        choose(release, {"tall": 100})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot be read"),
        (b"nonsense", "is not a PEM public key"),
        (
            ec.generate_private_key(ec.SECP384R1())
            .public_key()
            .public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            ),
            "is not an EC P-256",
        ),
    ],
)
def test_only_a_p256_public_key_is_trusted(
    tmp_path: Path, content: bytes | None, reason: str
) -> None:
    path = tmp_path / "signing.pub"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=rf"signing\.pub: {reason}"):
        load_trusted_key(path)


def load(authority: Authority, folder: Path, files: Files) -> Variant:
    release = open_as(authority, make_release(authority, {"wide": files}))
    unpack(folder, files)
    return Variant("wide", release.variants["wide"], folder, intra_op_threads=1)


def test_a_model_that_refers_to_weights_outside_its_file_is_refused(
    authority: Authority, tmp_path: Path
) -> None:
    (tmp_path / "weights.bin").write_bytes(b"\0" * 4)
    files = make_version(authority, "wide", 0.0, model=make_model(0.001, external=True))
    verify(authority, tmp_path / "a", files, files)
    (tmp_path / "b").mkdir()
    with pytest.raises(VerificationError, match=r"model\.onnx: cannot be loaded"):
        load(authority, tmp_path / "b" / "c", files)


def other_contract(**change: Any) -> dict[str, Any]:
    return CONTRACT | {"inputs": [CONTRACT["inputs"][0] | change, *CONTRACT["inputs"][1:]]}


@pytest.mark.parametrize(
    ("contract", "reason"),
    [
        (other_contract(name="airline"), r"model\.onnx: has inputs"),
        (other_contract(datatype="INT64"), r"model\.onnx: has inputs"),
        (other_contract(datatype="FP64"), r"contract\.json: is not a contract"),
        (other_contract(shape=[1, 1]), r"contract\.json: tensor carrier has shape"),
        (other_contract(name="month"), r"contract\.json: names an input twice"),
        (CONTRACT | {"outputs": []}, r"contract\.json: is not a contract"),
    ],
)
def test_a_contract_that_does_not_fit_the_model_is_refused(
    authority: Authority, tmp_path: Path, contract: dict[str, Any], reason: str
) -> None:
    files = make_version(authority, "wide", 0.001, contract=json.dumps(contract).encode())
    with pytest.raises(VerificationError, match=reason):
        load(authority, tmp_path / "m", files)


def test_bytes_that_change_after_verification_are_refused(
    authority: Authority, versions: dict[str, Files], tmp_path: Path
) -> None:
    release = open_as(authority, make_release(authority, versions))
    folder = unpack(tmp_path / "m", versions["wide"] | {"model.onnx": make_model(0.5)})
    with pytest.raises(VerificationError, match=r"model\.onnx: changed after it was verified"):
        Variant("wide", release.variants["wide"], folder, intra_op_threads=1)
    assert sha256((folder / "model.onnx").read_bytes()) != release.variants["wide"].digest
    assert RELEASE_TYPE == "application/vnd.mizan.release+json"
