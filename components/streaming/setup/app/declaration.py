"""What was declared, read and checked before anything is made."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class SetupError(Exception):
    """The declaration cannot be brought about; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Topic:
    """One topic."""

    name: str
    partitions: int
    settings: Mapping[str, str]
    """Settings of its own; all others are the brokers'."""


@dataclass(frozen=True, kw_only=True, order=True)
class Entry:
    """One operation that one user may do."""

    user: str
    kind: str
    name: str
    prefixed: bool
    operation: str


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """Everything that is declared."""

    bootstrap: str
    """Addresses of the brokers, by commas."""
    copies: int
    """On how many brokers each record is."""
    topics: tuple[Topic, ...]
    entries: frozenset[Entry]
    """The access list, whole: what is not in it is taken away."""


def read(path: Path) -> Declaration:
    """The declaration in a file.

    Raises:
        SetupError: if it is none.
    """
    try:
        return parse(json.loads(path.read_text()))
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise SetupError(f"{path} is not a declaration: {fault!r}") from fault


def parse(document: Mapping[str, Any]) -> Declaration:
    """The declaration in a document."""
    return Declaration(
        bootstrap=document["bootstrap"],
        copies=document["copies"],
        topics=tuple(Topic(**topic) for topic in document["topics"]),
        entries=frozenset(
            Entry(
                user=acl["user"],
                kind=acl["kind"],
                name=acl["name"],
                prefixed=acl["prefixed"],
                operation=operation,
            )
            for acl in document["acls"]
            for operation in acl["operations"]
        ),
    )
