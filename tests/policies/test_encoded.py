"""What stands in base64 is read like any other text, and what cannot be read says so."""

import base64
import gzip

import pytest

from policies.encoded import content
from policies.judging import Declared


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


BINARY = encoded(b"\x30\x82\x04\xff" * 8)
LARGE = encoded(gzip.compress(b" " * 1_048_577))


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        (encoded(b"a: b"), ("a: b",)),
        (encoded(b"a: b")[:4] + "\n" + encoded(b"a: b")[4:] + "\n", ("a: b",)),
        (encoded(gzip.compress(b"a: b")), ("a: b",)),
        ("#!/bin/sh\n", ("#!/bin/sh\n",)),
        ("Content-Type: multipart/mixed; boundary=x\n\n--x\n\na\n--x\n\nb\n--x--", ("a", "b")),
    ],
)
def test_a_text_is_read(text: str, texts: tuple[str, ...]) -> None:
    assert content(text) == (texts, False)


@pytest.mark.parametrize("text", [BINARY, LARGE, encoded(gzip.compress(b"a: b")[:-6])])
def test_what_is_no_text_stays_as_it_is(text: str) -> None:
    assert content(text) == ((text,), True)


def test_documents_in_it_are_opened_at_its_place() -> None:
    props = {"data": {"a": encoded(b'{"b": "c"}'), "d": BINARY}, "stringData": {"e": "YTogYg=="}}
    secret = Declared(type="kubernetes:core/v1:Secret", urn="u", name="n", props=props)

    found = dict(secret.leaves)

    assert found == {"data.a.b": "c", "data.d": BINARY, "stringData.e": "YTogYg=="}
