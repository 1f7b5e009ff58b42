"""A real API server over a real etcd, with the issuer's own rights and nobody else's."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.components.apps.toolchain import answers, binary, free_port, running

ADMIN = "admin-token"
ISSUER = "issuer-token"


@dataclass(frozen=True)
class ApiServer:
    """Where the API server is, and how the administrator asks it."""

    url: str
    folder: Path

    def kubectl(self, *arguments: str, stdin: str = "") -> str:
        """What kubectl says to the administrator."""
        done = subprocess.run(
            [
                binary("kubectl"),
                f"--server={self.url}",
                f"--certificate-authority={self.folder}/pki/apiserver.crt",
                f"--token={ADMIN}",
                f"--cache-dir={self.folder}/kubectl",
                *arguments,
            ],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            env={"HOME": str(self.folder)},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def apply(self, *documents: dict[str, Any]) -> None:
        bundle = {"apiVersion": "v1", "kind": "List", "items": list(documents)}
        self.kubectl("apply", "-f", "-", stdin=json.dumps(bundle))


@pytest.fixture(scope="session")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    folder = tmp_path_factory.mktemp("api-server")
    store, peer, port = free_port(), free_port(), free_port()
    server = ApiServer(f"https://127.0.0.1:{port}", folder)
    keys = folder / "service-account.key"
    subprocess.run(
        ["openssl", "genrsa", "-out", str(keys), "2048"], check=True, capture_output=True
    )
    (folder / "admin").write_text(ADMIN)
    tokens = folder / "tokens.csv"
    tokens.write_text(
        f"{ADMIN},admin,1,system:masters\n"
        f"{ISSUER},system:serviceaccount:identity:issuer,2,system:serviceaccounts\n"
    )
    etcd = [
        binary("server"),
        f"--data-dir={folder}/etcd",
        f"--listen-client-urls=http://127.0.0.1:{store}",
        f"--advertise-client-urls=http://127.0.0.1:{store}",
        f"--listen-peer-urls=http://127.0.0.1:{peer}",
        "--unsafe-no-fsync",
    ]
    api = [
        binary("kube-apiserver"),
        f"--etcd-servers=http://127.0.0.1:{store}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        f"--secure-port={port}",
        f"--cert-dir={folder}/pki",
        f"--token-auth-file={tokens}",
        f"--service-account-key-file={keys}",
        f"--service-account-signing-key-file={keys}",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--authorization-mode=RBAC",
        "--endpoint-reconciler-type=none",
    ]
    ready = answers(f"{server.url}/readyz", folder / "pki" / "apiserver.crt", token=ADMIN)
    with (
        running(etcd, folder / "etcd.log", lambda: True),
        running(api, folder / "api.log", ready),
    ):
        yield server


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text(ISSUER)
    return path
