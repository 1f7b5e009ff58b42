"""Two real registries over TLS: one asks for a login of Amazon ECR, one is a site's own."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from components.connection import Peer
from components.image_replication import CopyListArgs, Own, Primary
from components.image_replication.copy_list import LIST_FILE, document
from sandbox import toolchain
from sandbox.progress import Steps
from tests.components.apps.certificates import LoopbackAuthority
from tests.components.apps.token_service import conftest as own_site
from tests.components.apps.token_service.conftest import Registry
from tests.components.apps.token_service.image import make
from tests.components.apps.toolchain import answers, binary, free_port, running

registry = own_site.registry
ACCOUNT = "111122223333"
REGION = "me-central-1"
ECR = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
# The login that moto gives for the account, as a registry keeps it: `AWS` and what it said.
HTPASSWD = "AWS:$2a$04$VRc37yyzFyOsPHKcjfVMzelziViIWHXgC4i5OUzDi9ateOjdHhjv2"
PASSWORD = f"{ACCOUNT}-auth-token"


@dataclass(frozen=True)
class Region:
    """A region's registry and the API that gives logins for it."""

    host: str
    api: str
    folder: Path
    trust: Path

    def push(self, name: str, content: bytes) -> str:
        """Publish an image with one file in it; its digest."""
        layout = self.folder / name
        layout.mkdir()
        digest = make(layout, content)
        trust = self.folder / "trust"
        trust.mkdir(exist_ok=True)
        (trust / "ca.crt").write_bytes(self.trust.read_bytes())
        subprocess.run(
            ["skopeo", "--insecure-policy", "copy", "--quiet", f"--dest-cert-dir={trust}",
             f"--dest-creds=AWS:{PASSWORD}", f"oci:{layout}", f"docker://{self.host}/mizan/{name}:1"],
            check=True, timeout=60,
        )  # fmt: skip
        return digest

    def layer(self, name: str) -> Path:
        """Where the registry keeps the layer of an image."""
        layout = self.folder / name
        index = json.loads((layout / "index.json").read_text())
        algorithm, _, manifest = index["manifests"][0]["digest"].partition(":")
        layers = json.loads((layout / "blobs" / algorithm / manifest).read_text())["layers"]
        digest = str(layers[0]["digest"]).partition(":")[2]
        blobs = self.folder / "data/docker/registry/v2/blobs/sha256"
        return blobs / digest[:2] / digest / "data"


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Region]:
    folder = tmp_path / "region"
    authority = LoopbackAuthority().issue(folder / "tls")
    (folder / "htpasswd").write_text(HTPASSWD)
    host = f"localhost:{free_port()}"
    config = {
        "version": 0.1,
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "auth": {"htpasswd": {"realm": "ecr", "path": str(folder / "htpasswd")}},
        "http": {
            "addr": host,
            "tls": {
                "certificate": str(folder / "tls/tls.crt"),
                "key": str(folder / "tls/tls.key"),
            },
        },
    }
    (folder / "config.yml").write_text(json.dumps(config))
    api = ThreadedMotoServer("127.0.0.1", free_port(), verbose=False)
    api.start()
    try:
        with running(
            [binary("registry"), "serve", str(folder / "config.yml")],
            folder / "log",
            answers(f"https://{host}/v2/", authority, expected=401),
            environment={"OTEL_TRACES_EXPORTER": "none"},
        ):
            address, port = api.get_host_and_port()
            yield Region(host, f"http://{address}:{port}", folder, authority)
    finally:
        api.stop()


@pytest.fixture(scope="session")
def programs() -> Path:
    """The folder with regsync and what logs in to ECR."""
    with Steps().step("image replication") as step:
        return toolchain.built(toolchain.IMAGE_REPLICATION, step)


@dataclass(frozen=True)
class Copying:
    """A run of the Job's own command, with its own list."""

    region: Region
    registry: Registry
    programs: Path
    folder: Path

    def __call__(
        self, images: Mapping[str, str | None], user: str = "pusher"
    ) -> "subprocess.CompletedProcess[str]":
        """Copy once; its log and its status."""
        mounted = self.registry.login(user)
        (mounted / "config.json").write_bytes((mounted / ".dockerconfigjson").read_bytes())
        declared = document(self._args(images), str(mounted))
        # What answers for ECR here has its name and its certificate on loopback only.
        declared["creds"][0] |= {
            "hostname": self.region.host,
            "credHost": ECR,
            "regcert": self.region.trust.read_text(),
        }
        listed = self.folder / LIST_FILE
        listed.write_text(json.dumps(declared))
        return subprocess.run(
            [str(self.programs / "regsync"), "once", "--config", str(listed)],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env={
                "PATH": f"{self.programs}:{os.environ['PATH']}",
                "HOME": str(self.folder),
                "DOCKER_CONFIG": str(mounted),
                "AWS_ACCESS_KEY_ID": "second-site",
                "AWS_SECRET_ACCESS_KEY": "second-site",
                "AWS_REGION": REGION,
                "AWS_ECR_DISABLE_CACHE": "true",
                "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_ENDPOINT_URL_ECR": self.region.api,
            },
        )

    def _args(self, images: Mapping[str, str | None]) -> CopyListArgs:
        return CopyListArgs(
            namespace="replication",
            primary=Primary(
                host=ECR,
                region=REGION,
                blocks=["10.40.0.0/16"],
                secret="there",  # noqa: S106 - the name of a Secret
            ),
            own=Own(
                host=self.registry.host,
                peer=Peer(namespace="artifacts", labels={}),
                ports=[5000],
                secret="here",  # noqa: S106 - the name of a Secret
            ),
            images=images,
        )


@pytest.fixture
def copying(region: Region, registry: Registry, programs: Path, tmp_path: Path) -> Copying:
    return Copying(region, registry, programs, tmp_path)
