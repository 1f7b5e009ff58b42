"""Texts that stand in base64, compressed or not: scripts of machines, and values of Secrets.

A plan carries them as one string that tells no rule anything, so they are read before they are
judged. What is no text once it is decoded, like a certificate in its binary form, stays as it is.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from email import message_from_string
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeVar

_LARGEST: Final = 1_048_576
"""Bytes of a text, decompressed, that is still read: 64 times what EC2 takes as user data."""

_SCRIPTS: Final = ("userData", "userDataBase64")
_KEYS: Final = (*_SCRIPTS, "contentBase64")
_VALUES: Final = {
    "Secret": re.compile(r"(?:^|\.|\])data\."),
    "ConfigMap": re.compile(r"(?:^|\.|\])binaryData\."),
}
_KIND: Final = re.compile(r"kubernetes:core/v1:(Secret|ConfigMap)(?:Patch|List)?")
_COMPRESSED: Final = b"\x1f\x8b"
_IN_PARTS: Final = re.compile(r"\A\s*(?:MIME-Version|Content-Type:\s*multipart/)", re.IGNORECASE)
_INDEX: Final = re.compile(r"\[\d+\]$")
_MAY_BE: Final = re.compile(r"[A-Za-z0-9+/\s]+={0,2}\s*")

Of = TypeVar("Of")


class Content(NamedTuple):
    """What stands in a text: the texts found inside, and whether anything could not be read."""

    texts: tuple[str, ...]
    sealed: bool


def decoded(
    type_: str,
    walked: Iterable[tuple[str, Of]],
    walk: Callable[[Any, str], Iterator[tuple[str, Of]]],
) -> Iterator[tuple[str, Of]]:
    """Puts what encoded texts hold in their place.

    Args:
        type_: Type of the resource.
        walked: Its paths and values.
        walk: Walks a tree that stands at a path, to open the documents in what was decoded.

    Yields:
        Paths and values; a part of several in one text has its number behind the path.
    """
    kind = _KIND.fullmatch(type_)
    values = _VALUES[kind[1]] if kind else None
    for path, value in walked:
        encoded = path.endswith(_KEYS) or (values is not None and values.search(path))
        if not encoded or not isinstance(value, str) or path.endswith(f".{value}"):
            yield path, value
            continue
        texts = content(value).texts
        if texts == (value,):
            yield path, value
        else:
            yield from walk(texts[0] if len(texts) == 1 else list(texts), path)


def sealed(walked: Iterable[tuple[str, Any]]) -> Iterator[str]:
    """Yields the paths of user data that stayed encoded: no text, or too large unpacked."""
    for path, value in walked:
        place = _INDEX.sub("", path)
        if place.endswith(_SCRIPTS) and isinstance(value, str) and content(value).sealed:
            yield path


@lru_cache(maxsize=512)
def content(text: str) -> Content:
    """Reads a text that may be in base64, compressed, or an archive of parts as cloud-init has."""
    data = _bytes(text)
    plain = text if data is None else _plain(data)
    if plain is None:
        return Content((text,), sealed=True)
    if _IN_PARTS.match(plain) is None:
        return Content((plain,), sealed=False)
    found: list[str] = []
    unread = False
    for part in message_from_string(plain).walk():
        held = part.get_payload(decode=True)
        if isinstance(held, bytes):
            read = _plain(held)
            unread = unread or read is None
            found.append(base64.b64encode(held).decode() if read is None else read)
    return Content(tuple(found) or (plain,), sealed=unread)


def _bytes(text: str) -> bytes | None:
    if _MAY_BE.fullmatch(text) is None:
        return None
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _plain(data: bytes) -> str | None:
    try:
        if data.startswith(_COMPRESSED):
            unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            data = unpacking.decompress(data, _LARGEST)
            # The rest of one that is larger, a second one behind it, or one cut off.
            if unpacking.unconsumed_tail or unpacking.unused_data or not unpacking.eof:
                return None
        return data.decode("utf-8")
    except (zlib.error, UnicodeDecodeError):
        return None
