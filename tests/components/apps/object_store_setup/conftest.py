"""A real versitygw over TLS, started the way its image starts it."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.components.apps.certificates import LoopbackAuthority
from tests.components.apps.loading import COMPONENTS
from tests.components.apps.toolchain import answers, binary, free_port, running

ROOT = ("root", "root-secret")
USERS = {user: f"{user}-secret<&>" for user in ("landing", "training", "signing", "serving")}
GRANTS = [
    {"user": "landing", "bucket": "lake", "access": "write", "prefix": ""},
    {"user": "training", "bucket": "lake", "access": "read", "prefix": "flights/"},
    {"user": "training", "bucket": "candidates", "access": "write", "prefix": ""},
    {"user": "signing", "bucket": "candidates", "access": "read", "prefix": ""},
    {"user": "signing", "bucket": "models", "access": "write", "prefix": ""},
    {"user": "serving", "bucket": "models", "access": "read", "prefix": ""},
]


def mount(folder: Path, access_key: str, secret_key: str) -> None:
    """A credential as a Secret's volume shows it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "access_key").write_text(access_key)
    (folder / "secret_key").write_text(secret_key)


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
    made.authority.issue(tmp_path / "tls")
    mount(tmp_path / "store", *ROOT)
    made.trust.write_bytes((tmp_path / "tls" / "ca.crt").read_bytes())
    folder = Path(binary("versitygw")).parent
    with running(
        ["/bin/sh", str(COMPONENTS / "object_store" / "serve.sh")],
        tmp_path / "store.log",
        answers(f"{made.endpoint}/health", made.trust),
        environment={
            "PATH": f"{folder}:{os.environ['PATH']}",
            "STORE_DATA": str(tmp_path / "data"),
            "STORE_TLS": str(tmp_path / "tls"),
            "STORE_CERTIFICATE_CHECK_SECONDS": "1",
            "VGW_PORT": f"127.0.0.1:{made.port}",
            "VGW_REGION": "me-central-1",
            "ROOT_ACCESS_KEY_ID": ROOT[0],
            "ROOT_SECRET_ACCESS_KEY": ROOT[1],
        },
    ):
        yield made
