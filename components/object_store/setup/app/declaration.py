"""What the store should hold and who may use it, with the credentials that were mounted."""

import json
from dataclasses import dataclass, field
from pathlib import Path

STORE_FOLDER = Path("/etc/mizan/store")
USERS_FOLDER = Path("/etc/mizan/users")


class SetupError(Exception):
    """The store cannot be brought to what was declared."""


@dataclass(frozen=True, kw_only=True)
class Credential:
    """An access key and its secret, which no representation shows."""

    access_key: str
    secret_key: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Grant:
    """One account's right to the keys of a bucket that begin with the prefix."""

    user: str
    bucket: str
    access: str
    prefix: str


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """Everything that is brought about."""

    endpoint: str
    region: str
    buckets: tuple[str, ...]
    locked_days: dict[str, int]
    """Buckets whose versions nobody deletes before so many days are over."""
    grants: tuple[Grant, ...]
    root: Credential
    users: dict[str, Credential]
    authority: Path


def read(
    path: Path, *, store_folder: Path = STORE_FOLDER, users_folder: Path = USERS_FOLDER
) -> Declaration:
    """Read the declaration, and the credential of every account that it names.

    Raises:
        SetupError: if something is missing, or an account's access key is not its name.
    """
    try:
        text = path.read_text()
    except OSError as fault:
        raise SetupError(f"{path} cannot be read: {fault.strerror}") from fault
    try:
        document = json.loads(text)
        declaration = Declaration(
            endpoint=document["endpoint"],
            region=document["region"],
            buckets=tuple(document["buckets"]),
            locked_days=dict(document["locked_days"]),
            grants=tuple(Grant(**grant) for grant in document["grants"]),
            root=credential(store_folder),
            users={user: credential(users_folder / user) for user in document["users"]},
            authority=store_folder / "ca.crt",
        )
    except (ValueError, KeyError, TypeError) as fault:
        raise SetupError(f"{path} is not a declaration: {fault!r}") from fault
    except OSError as fault:
        raise SetupError(
            f"{fault.filename} cannot be read ({fault.strerror}): the certificate authority makes "
            "it; look at the Job `issuer` in its namespace"
        ) from fault
    for user, held in declaration.users.items():
        # Policies name accounts by access key, so it has to be the name that grants use.
        if held.access_key != user:
            raise SetupError(
                f"the credential of {user} has the access key {held.access_key}: ask the "
                "certificate authority for an ObjectStoreCredential with this user"
            )
    return declaration


def credential(folder: Path) -> Credential:
    """The credential mounted in a folder."""
    return Credential(
        access_key=(folder / "access_key").read_text().strip(),
        secret_key=(folder / "secret_key").read_text().strip(),
    )
