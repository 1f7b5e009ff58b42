"""What tells a secret in plain text: its shape, or the name that it stands under."""

import re
from collections.abc import Iterator
from typing import Final

from policies.judging import Declared
from policies.reading import MISSING, UNKNOWN, Tree, field, find, leaves, structured

_SHAPES: Final = re.compile(
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"  # an access key of AWS
    r"|-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"
    r"|\bgh[pousr]_[A-Za-z0-9]{36}"  # a token of GitHub
    r"|\bhf_[A-Za-z0-9]{30,}"  # a token of Hugging Face
    r"|\bxox[baprs]-[A-Za-z0-9-]{10,}"  # a token of Slack
    r"|\b[a-z][a-z0-9+]*://[^\s/:@\"']+:[^\s/:@\"'$\{]+@"  # a URL with a password
)
_NAME: Final = re.compile(
    r"(?:^|[_.-])(?:pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|api_?key|access_?key"
    r"|private_?key|secret_?key|connection_?string)$",
    re.IGNORECASE,
)


def shaped(resource: Declared) -> Iterator[tuple[str, str]]:
    """Finds the texts of a resource that are or hold a secret by their shape, user data decoded.

    Yields:
        Path, and the kind of text in six characters: a secret is not printed.
    """
    for path, text in resource.texts:
        match = _SHAPES.search(text)
        if match:
            yield path, f"{match[0][:6]}..."


def by_name(resource: Declared, holders: tuple[str, ...]) -> Iterator[tuple[str, Tree]]:
    """Finds the variables that are called like a secret and hold a value, not a reference."""
    for holder in holders:
        for place, found in find(resource.props, holder):
            variables = structured(found)
            if isinstance(variables, list):
                yield from _listed(variables, place)
            elif isinstance(variables, dict):
                for path, value in leaves(variables, place):
                    if _NAME.search(path.rpartition(".")[2]) and not _reference(value):
                        yield path, "a value in plain text"


def _listed(variables: list[Tree], place: str) -> Iterator[tuple[str, Tree]]:
    for index, entry in enumerate(variables):
        name, value = field(entry, "name"), field(entry, "value")
        kind = field(entry, "type")
        plain = kind in (MISSING, "PLAINTEXT") and not _reference(value)
        if plain and isinstance(name, str) and _NAME.search(name):
            yield f"{place}[{index}].value", "a value in plain text"
        inner = structured(field(entry, "environment"))
        if isinstance(inner, list):
            yield from _listed(inner, f"{place}[{index}].environment")


def _reference(value: Tree) -> bool:
    """Tells whether a value only says where the secret is, or is none."""
    if value in (MISSING, UNKNOWN, ""):
        return True  # made in this stack, at apply, where it is judged by what it is
    return isinstance(value, str) and value.startswith(("arn:aws", "{{resolve:", "/", "file:"))
