"""What the tests of more than one workload need."""

import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

REGION = "me-central-1"
ACCESS = "test-access"
SECRET = "test-secret"  # noqa: S105 - of a server that lives for one test run
PATIENCE_S = 30.0


@dataclass(frozen=True)
class ObjectStore:
    """A running S3 server of the kind that the environments run, and who may use it."""

    endpoint: str
    mounts: Path
    """Folder with `store/{access_key,secret_key,ca.crt}`, as a pod finds it."""

    def client(self) -> Any:
        """A client with every right."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=ACCESS,
            aws_secret_access_key=SECRET,
            verify=str(self.mounts / "store" / "ca.crt"),
            config=Config(s3={"addressing_style": "path"}),
        )

    def environ(self) -> dict[str, str]:
        """The environment variables that a Job gets."""
        return {
            "STORE_ENDPOINT": self.endpoint,
            "STORE_REGION": REGION,
            "MOUNT_ROOT": str(self.mounts),
        }

    def make_bucket(self, name: str) -> str:
        """Makes a bucket; returns its name."""
        self.client().create_bucket(
            Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        return name

    def objects(self, bucket: str) -> dict[str, bytes]:
        """Everything in a bucket, by key."""
        client = self.client()
        listed = client.list_objects_v2(Bucket=bucket).get("Contents", [])
        return {
            one["Key"]: client.get_object(Bucket=bucket, Key=one["Key"])["Body"].read()
            for one in listed
        }

    def modified(self, bucket: str) -> dict[str, Any]:
        """When each object of a bucket was written last."""
        listed = self.client().list_objects_v2(Bucket=bucket).get("Contents", [])
        return {one["Key"]: one["LastModified"] for one in listed}


@pytest.fixture(scope="session", autouse=True)
def boundary() -> Iterator[None]:
    """What the cluster tells each pod: here this machine stands for the inside."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIZAN_ALLOWED_HOSTS", "localhost,127.0.0.1,store")
        yield


@dataclass(frozen=True)
class Stranger:
    """A server that hands out anything to anybody, under a name abroad."""

    host: str
    port: int
    asked: list[str]
    """Methods and paths of what it was asked."""

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


@pytest.fixture
def stranger(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stranger]:
    """Such a server, which this process finds as it would find one abroad, with a credential."""
    asked: list[str] = []

    class Anything(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, body: bytes) -> None:
            asked.append(f"{self.command} {self.path}")
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self.answer(b"evil")

        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(b"")

        def log_message(self, *args: object) -> None:
            pass

    host = "models.s3.eu-west-1.amazonaws.com"
    found = socket.getaddrinfo

    def lookup(name: Any, *rest: Any, **more: Any) -> Any:
        return found("127.0.0.1" if name == host else name, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Anything)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Stranger(host, server.server_port, asked)
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def object_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    """An S3 server over TLS on this machine, empty, for the whole run."""
    binary = os.environ.get("MIZAN_VERSITYGW") or shutil.which("versitygw")
    if not binary or not Path(binary).is_file():
        pytest.fail(
            f"no S3 server to test with (found {binary!r}): put versitygw on PATH or its path in "
            "MIZAN_VERSITYGW; the sandbox builds it into its cache",
            pytrace=False,
        )
    folder = tmp_path_factory.mktemp("object-store")
    certificate, key = _certificate(folder)
    mounts = folder / "mounts" / "store"
    mounts.mkdir(parents=True)
    (mounts / "access_key").write_text(ACCESS)
    (mounts / "secret_key").write_text(SECRET)
    shutil.copy(certificate, mounts / "ca.crt")
    (folder / "data").mkdir()
    port = _free_port()
    command = [binary, "--port", f"127.0.0.1:{port}", "--region", REGION, "--quiet"]
    command += ["--cert", str(certificate), "--key", str(key), "posix", str(folder / "data")]
    log = folder / "log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command,
            env={**os.environ, "ROOT_ACCESS_KEY": ACCESS, "ROOT_SECRET_KEY": SECRET},
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(port, process, log)
            yield ObjectStore(f"https://localhost:{port}", folder / "mounts")
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE_S)


@pytest.fixture
def pod_identity(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Callable[[str, str, Path], None]]:
    """Gives this process what pods with an identity of their own get, and nothing else.

    Called with the access key and the secret key that the agent on the node hands out, and with
    the certificates that the system trusts.
    """
    token = "token-of-the-service-account"  # noqa: S105 - of an agent that lives for one test
    handed: dict[str, str] = {}

    class Agent(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.headers["Authorization"] == token
            self.send_response(200 if known and self.path == "/v1/credentials" else 403)
            self.end_headers()
            self.wfile.write(json.dumps(handed if known else {}).encode())

        def log_message(self, *args: object) -> None:
            pass

    agent = ThreadingHTTPServer(("127.0.0.1", 0), Agent)
    threading.Thread(target=agent.serve_forever, daemon=True).start()

    def give(access_key: str, secret_key: str, trusted: Path) -> None:
        handed.update(
            AccessKeyId=access_key,
            SecretAccessKey=secret_key,
            Token="",
            Expiration="2099-01-01T00:00:00Z",
        )
        (tmp_path / "token").write_text(token)
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        for name, value in {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": (
                f"http://127.0.0.1:{agent.server_port}/v1/credentials"
            ),
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(tmp_path / "token"),
            "AWS_CA_BUNDLE": str(trusted),
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }.items():
            monkeypatch.setenv(name, value)
        # What an earlier test found out must not help.
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)

    yield give
    agent.shutdown()
    agent.server_close()


def _certificate(folder: Path) -> tuple[Path, Path]:
    certificate, key = folder / "tls.crt", folder / "tls.key"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-keyout",
            str(key),
            "-out",
            str(certificate),
            "-addext",
            "subjectAltName=DNS:localhost,IP:127.0.0.1",
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"the S3 server did not start: {log.read_text()[-500:]}", pytrace=False)
