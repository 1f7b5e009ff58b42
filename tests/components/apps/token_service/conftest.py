"""A real registry and the token service in front of it, over TLS, configured as deployed."""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from components.artifact_registry import in_cluster
from tests.components.apps.certificates import LoopbackAuthority, issuer
from tests.components.apps.loading import COMPONENTS
from tests.components.apps.toolchain import answers, binary, free_port, running

PASSWORDS = {"puller": "puller-password", "pusher": "pusher-password"}
RIGHTS = {"puller": "pull", "pusher": "pull,push"}


@dataclass(frozen=True)
class Registry:
    """Where the two servers are, and the folder with everything mounted into them."""

    port: int
    token_port: int
    folder: Path
    authority: LoopbackAuthority

    @property
    def host(self) -> str:
        return f"localhost:{self.port}"

    @property
    def realm(self) -> str:
        return f"https://localhost:{self.token_port}/token"

    @property
    def trust(self) -> Path:
        return self.folder / "tls" / "ca.crt"

    def login(self, user: str, password: str | None = None) -> Path:
        """A login as its Secret's volume shows it."""
        folder = self.folder / f"login-{user}"
        folder.mkdir(exist_ok=True)
        auth = {"username": user, "password": password or PASSWORDS[user]}
        (folder / ".dockerconfigjson").write_text(json.dumps({"auths": {self.host: auth}}))
        (folder / "ca.crt").write_bytes(self.trust.read_bytes())
        return folder

    def new_token_key(self) -> None:
        """Put a fresh pair of keys where both servers look."""
        key = issuer.material.new_key()
        trusted = {"keys": [issuer.credential.json_web_key(key.public_key())]}
        token = self.folder / "token"
        token.mkdir(exist_ok=True)
        (token / "token.key").write_bytes(issuer.material.private_pem(key))
        (token / "jwks.json").write_text(json.dumps(trusted))


def token_service_command(made: Registry) -> list[str]:
    """The token service with its files in the test's folder instead of /etc/mizan."""
    program = (
        "import sys; from pathlib import Path; from app.server import Settings, TokenServer; "
        "folder = Path(sys.argv[1]); "
        "TokenServer(('127.0.0.1', int(sys.argv[2])), Settings(issuer=sys.argv[3], "
        "service=sys.argv[4], repositories=('mizan/serving', 'mizan/base'), "
        "accounts=folder / 'accounts', token_key=folder / 'token/token.key', tls=folder / 'tls'"
        ")).serve_forever()"
    )
    return [
        sys.executable,
        "-c",
        program,
        str(made.folder),
        str(made.token_port),
        in_cluster.TOKEN_ISSUER,
        in_cluster.host("artifacts"),
    ]


def registry_config(made: Registry) -> Path:
    """The deployed configuration, moved to loopback and to the test's folder."""
    config = in_cluster._registry_config("artifacts")
    config["storage"]["filesystem"]["rootdirectory"] = str(made.folder / "data")
    config["http"]["addr"] = f"127.0.0.1:{made.port}"
    config["http"]["tls"]["certificate"] = str(made.folder / "tls/tls.crt")
    config["http"]["tls"]["key"] = str(made.folder / "tls/tls.key")
    config["auth"]["token"]["realm"] = made.realm
    config["auth"]["token"]["jwks"] = str(made.folder / "token/jwks.json")
    path = made.folder / "config.yml"
    path.write_text(json.dumps(config))
    return path


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    folder = tmp_path_factory.mktemp("registry")
    made = Registry(free_port(), free_port(), folder, LoopbackAuthority())
    made.authority.issue(folder / "tls")
    made.new_token_key()
    for user, password in PASSWORDS.items():
        account = folder / "accounts" / user
        account.mkdir(parents=True)
        (account / "user").write_text(user)
        (account / "rights").write_text(RIGHTS[user])
        (account / "password_hash").write_text(issuer.credential.password_hash(password))
    tools = Path(binary("registry")).parent
    with (
        running(
            token_service_command(made),
            folder / "token.log",
            answers(f"https://localhost:{made.token_port}/health", made.trust),
            environment={"PYTHONPATH": str(COMPONENTS / "artifact_registry/token_service")},
        ),
        running(
            ["/bin/sh", str(COMPONENTS / "artifact_registry/serve.sh"), str(registry_config(made))],
            folder / "registry.log",
            answers(f"https://{made.host}/", made.trust),
            environment={
                "PATH": f"{tools}:{os.environ['PATH']}",
                "OTEL_TRACES_EXPORTER": "none",
                "REGISTRY_TLS": str(folder / "tls"),
                "REGISTRY_TRUSTED_KEYS": str(folder / "token"),
                "REGISTRY_CERTIFICATE_CHECK_SECONDS": "1",
            },
        ),
    ):
        yield made
