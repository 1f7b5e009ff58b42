"""What the tests of more than one workload need."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
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
