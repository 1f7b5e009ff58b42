"""What was asked for, read from the mounted declaration and checked before anything is made."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KINDS = {
    "tls-certificate": ("place", "hosts", "addresses", "client"),
    "object-store-credential": ("user", "copies"),
    "registry-account": ("user", "rights", "host", "account", "logins"),
    "token-key": ("place",),
    "signing-key": ("private", "public"),
}
HOURS_PER_DAY = 24


class DeclarationError(Exception):
    """The declaration cannot be carried out as it stands."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a Secret lies."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """Everything the issuer is asked for; times in the units of their names."""

    authority: Place
    authority_days: int
    leaf_hours: int
    renew_before_hours: int
    trust_name: str
    trust_namespaces: tuple[str, ...]
    requests: tuple[dict[str, Any], ...]


def place(document: dict[str, str]) -> Place:
    """A place as the declaration writes it."""
    return Place(namespace=document["namespace"], name=document["name"])


def read(path: Path) -> Declaration:
    """Read and check the declaration.

    Raises:
        DeclarationError: if it cannot be read, a request is of no known kind or lacks a field, or
            its times cannot be met.
    """
    try:
        document = json.loads(path.read_text())
        declaration = Declaration(
            authority=place(document["authority"]["place"]),
            authority_days=document["authority"]["days"],
            leaf_hours=document["leaf_hours"],
            renew_before_hours=document["renew_before_hours"],
            trust_name=document["trust"]["name"],
            trust_namespaces=tuple(document["trust"]["namespaces"]),
            requests=tuple(document["requests"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise DeclarationError(f"{path} is not a declaration: {fault!r}") from fault
    for number, request in enumerate(declaration.requests):
        _check_request(path, number, request)
    _check_times(path, declaration)
    return declaration


def _check_request(path: Path, number: int, request: dict[str, Any]) -> None:
    """Refuse a request that this issuer would not know how to fill."""
    kind = request.get("kind")
    if kind not in KINDS:
        raise DeclarationError(
            f"{path}: request {number} is of kind {kind!r}; known are {', '.join(KINDS)}"
        )
    missing = [field for field in KINDS[kind] if field not in request]
    if missing:
        raise DeclarationError(f"{path}: request {number} ({kind}) lacks {', '.join(missing)}")


def _check_times(path: Path, declaration: Declaration) -> None:
    """Refuse times under which something would be due again as soon as it was made."""
    if not 0 < declaration.renew_before_hours < declaration.leaf_hours:
        raise DeclarationError(
            f"{path}: certificates are good for {declaration.leaf_hours} h and replaced "
            f"{declaration.renew_before_hours} h before their end: the second must be less than "
            "the first, and more than nothing"
        )
    needed = declaration.leaf_hours + declaration.renew_before_hours
    if declaration.authority_days * HOURS_PER_DAY <= needed:
        raise DeclarationError(
            f"{path}: the authority is good for {declaration.authority_days} days, which must be "
            f"more than {needed} h, so that it outlives the certificates it signs"
        )
