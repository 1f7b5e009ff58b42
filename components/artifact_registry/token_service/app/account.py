"""Accounts and their rights, as they are mounted: read anew for every request."""

import base64
import hashlib
import hmac
import threading
from dataclasses import dataclass, field
from pathlib import Path

ACCOUNTS_FOLDER = Path("/etc/mizan/accounts")
RIGHTS = frozenset({"pull", "push"})
# One check takes 16 MiB and some tens of milliseconds; a crowd of guesses must not take it all.
_checking = threading.BoundedSemaphore(2)
# What an unknown user's password is compared with, so that it takes as long as a known one's.
_NOBODY = "scrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAAA$" + "A" * 86
_PARTS = 6


@dataclass(frozen=True, kw_only=True)
class Account:
    """Who may do what. The hash is never shown."""

    user: str
    rights: frozenset[str]
    password_hash: str = field(repr=False)


def authenticate(user: str, password: str, folder: Path = ACCOUNTS_FOLDER) -> Account | None:
    """The account, if the password is its own; None otherwise, and after the same time."""
    account = _read(folder, user)
    known = account.password_hash if account else _NOBODY
    with _checking:
        right = _is_hash_of(known, password)
    return account if right else None


def _read(folder: Path, user: str) -> Account | None:
    """The account of a user; None where there is none. Names never become part of a path."""
    for each in sorted(path for path in folder.iterdir() if path.is_dir()):
        try:
            name, rights, password_hash = (
                (each / key).read_text().strip() for key in ("user", "rights", "password_hash")
            )
        except OSError:
            continue
        if hmac.compare_digest(name.encode(), user.encode()):
            granted = frozenset(rights.split(",")) & RIGHTS
            return Account(user=name, rights=granted, password_hash=password_hash)
    return None


def _is_hash_of(stored: str, password: str) -> bool:
    """Whether `scrypt$n$r$p$salt$hash` was made from the password."""
    parts = stored.split("$")
    if len(parts) != _PARTS or parts[0] != "scrypt":
        return False
    try:
        n, r, p = (int(part) for part in parts[1:4])
        salt, expected = (base64.urlsafe_b64decode(part + "==") for part in parts[4:])
        derived = hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p)
    except ValueError:
        return False
    return hmac.compare_digest(derived, expected)
