"""Real servers for tests: an S3 store over TLS and the model server itself."""

import contextlib
import datetime as dt
import ipaddress
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
from botocore.config import Config
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT = Path(__file__).resolve().parents[4]
APP = ROOT / "workloads" / "serving"
ACCESS, SECRET = "test-access", "test-secret-not-a-real-one"
REGION = "me-central-1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_certificate(folder: Path) -> Path:
    """A throw-away certificate for loopback; the folder looks like a mounted tls Secret."""
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    # A name of its own: two self-signed certificates of one name cannot be trusted side by side.
    serial = x509.random_serial_number()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"test {serial}"[:64])])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(now - dt.timedelta(minutes=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "tls.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    (folder / "tls.crt").write_bytes(pem)
    (folder / "ca.crt").write_bytes(pem)
    return folder


@dataclass(frozen=True)
class ObjectStore:
    """A running S3 server, and its credential as pods find it mounted."""

    endpoint: str
    credentials: Path

    @property
    def client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=ACCESS,
            aws_secret_access_key=SECRET,
            verify=str(self.credentials / "ca.crt"),
            config=Config(s3={"addressing_style": "path"}),
        )

    def put(self, bucket: str, objects: Mapping[str, bytes]) -> None:
        """Writes objects into a bucket, which is made if it is not there."""
        client = self.client
        if bucket not in {one["Name"] for one in client.list_buckets()["Buckets"]}:
            where = {"LocationConstraint": REGION}
            client.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
        for key, body in objects.items():
            client.put_object(Bucket=bucket, Key=key, Body=body)

    def contents(self, bucket: str) -> dict[str, bytes]:
        """All objects of a bucket by key."""
        listed = self.client.list_objects_v2(Bucket=bucket).get("Contents", [])
        return {
            one["Key"]: self.client.get_object(Bucket=bucket, Key=one["Key"])["Body"].read()
            for one in listed
        }


def gateway() -> str | None:
    """The S3 server that environments run, where it is built already."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "mizan"
    built = sorted(cache.glob("*/bin/versitygw")) + sorted(cache.glob("bin/versitygw"))
    named = os.environ.get("MIZAN_VERSITYGW") or shutil.which("versitygw")
    return named or (str(built[0]) if built else None)


@contextlib.contextmanager
def run_object_store(folder: Path) -> Iterator[ObjectStore]:
    """The environments' own S3 server where it is built, else moto; both over TLS."""
    tls = write_certificate(folder / "tls")
    credentials = folder / "store"
    credentials.mkdir()
    (credentials / "access_key").write_text(ACCESS)
    (credentials / "secret_key").write_text(SECRET)
    shutil.copy(tls / "ca.crt", credentials / "ca.crt")
    port = free_port()
    store = ObjectStore(f"https://localhost:{port}", credentials)
    binary = gateway()
    if binary is None:
        with _run_moto(port, tls):
            yield store
        return
    (folder / "data").mkdir()
    command = [binary, "--port", f"127.0.0.1:{port}", "--access", ACCESS, "--secret", SECRET]
    command += ["--region", REGION, "--cert", str(tls / "tls.crt"), "--key", str(tls / "tls.key")]
    with subprocess.Popen(
        [*command, "posix", str(folder / "data")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            wait_for_port(port)
            yield store
        finally:
            process.terminate()


@contextlib.contextmanager
def _run_moto(port: int, tls: Path) -> Iterator[None]:
    from moto.server import DomainDispatcherApplication, create_backend_app  # noqa: PLC0415 - only where the real server is not built
    from werkzeug.serving import make_server  # noqa: PLC0415 - same

    server = make_server(
        "127.0.0.1",
        port,
        DomainDispatcherApplication(create_backend_app),
        threaded=True,
        ssl_context=(str(tls / "tls.crt"), str(tls / "tls.key")),
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


def wait_for_port(port: int, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port} after {seconds} s")


@dataclass
class Pod:
    """The model server as a process of its own, as in its image."""

    environ: dict[str, str]
    port: int
    mounts: Path
    log_file: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Pod":
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app"], cwd=APP, env=self.environ, stdout=log, stderr=log
            )
        return self

    @property
    def log(self) -> list[str]:
        return self.log_file.read_text().splitlines()

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.mounts / "tls" / "ca.crt"))

    def client(self, *, http2: bool = False) -> httpx.Client:
        return httpx.Client(
            base_url=f"https://localhost:{self.port}", verify=self.trust(), http2=http2, timeout=20
        )

    def wait_ready(self, seconds: float = 40) -> "Pod":
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process is not None and self.process.poll() is not None:
                raise AssertionError(f"the server ended: {self.log}")
            with contextlib.suppress(httpx.HTTPError), self.client() as client:
                if client.get("/v2/health/ready").status_code == 200:
                    return self
            time.sleep(0.1)
        raise AssertionError(f"not ready after {seconds} s: {self.log}")

    def stop(self) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(60)
