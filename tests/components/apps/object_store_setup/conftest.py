"""A store, and what is mounted into the Job that sets it up."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.components.apps.certificates import LoopbackAuthority
from tests.components.apps.object_store import ROOT, mount, serving
from tests.components.apps.toolchain import free_port

USERS = {user: f"{user}-secret<&>" for user in ("landing", "training", "signing", "serving")}
GRANTS = [
    {"user": "landing", "bucket": "lake", "access": "write", "prefix": ""},
    {"user": "training", "bucket": "lake", "access": "read", "prefix": "flights/"},
    {"user": "training", "bucket": "candidates", "access": "write", "prefix": ""},
    {"user": "signing", "bucket": "candidates", "access": "read", "prefix": ""},
    {"user": "signing", "bucket": "models", "access": "write", "prefix": ""},
    {"user": "serving", "bucket": "models", "access": "read", "prefix": ""},
]


@dataclass(frozen=True)
class Store:
    """Where the store is, and what is mounted into the setup Job."""

    port: int
    folder: Path
    authority: LoopbackAuthority

    @property
    def endpoint(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def trust(self) -> Path:
        return self.folder / "store" / "ca.crt"

    def declare(self, **changes: Any) -> Path:
        """A declaration in a file, with the credentials of its users mounted beside it."""
        document: dict[str, Any] = {
            "endpoint": self.endpoint,
            "region": "me-central-1",
            "buckets": ["lake", "candidates", "models"],
            "locked_days": {},
            "users": sorted(USERS),
            "grants": GRANTS,
            **changes,
        }
        for user in document["users"]:
            mount(self.folder / "users" / user, user, USERS.get(user, "a-secret"))
        path = self.folder / "declaration.json"
        path.write_text(json.dumps(document))
        return path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(free_port(), tmp_path, LoopbackAuthority())
    mount(tmp_path / "store", *ROOT)
    with serving(tmp_path, made.authority, made.port):
        made.trust.write_bytes((tmp_path / "tls" / "ca.crt").read_bytes())
        yield made
