"""The region's own Jobs, run as processes: pods of a rehearsal have no container.

Each is the program of its image, with the settings that the region's stack declares for its Job.
Two settings differ: where S3 answers on this machine, and where mounted files lie.
"""

import base64
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.config import Config

from sandbox.cache import digest_of, entry
from sandbox.cluster import Cluster
from sandbox.commands import run
from sandbox.files import PRIVATE, replace
from sandbox.images.base import uv
from sandbox.layout import PROJECT, cache_root
from sandbox.progress import Step
from sandbox.rehearsal.cluster import Control
from sandbox.rehearsal.live import Resource
from sandbox.rehearsal.place import Place

FOLDER: Final = "chain"
TRAINING: Final = "training"
JOBS: Final = ("landing", TRAINING, "signing")
ISSUER: Final = PROJECT / "components" / "certificate_authority"
ISSUE: Final = """
import sys
from pathlib import Path
from app.__main__ import issue
from app.cluster import Cluster
url, token, authority, requests = sys.argv[1:]
issue(Path(requests), Cluster(url, Path(token), Path(authority)), patience_seconds=60)
"""

STAND_IN = (
    "the region's issuer and its Jobs landing, training and signing, run as processes "
    "(for pods of the region)"
)


@dataclass(frozen=True, kw_only=True)
class Store:
    """The region's S3 as a process on this machine finds it.

    Attributes:
        endpoint: Where it answers.
        authority: File with the certificate of who vouches for it.
        access_key: Account.
        secret_key: Its secret.
        region: Region that requests are signed for.
    """

    endpoint: str
    authority: Path
    access_key: str
    secret_key: str
    region: str

    def client(self) -> Any:
        """A client that does not try again."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=self.region,
            verify=str(self.authority),
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(
                s3={"addressing_style": "path"},
                retries={"total_max_attempts": 1},
                connect_timeout=5,
                read_timeout=30,
            ),
        )


def issue(control: Control, place: Place) -> dict[str, bytes]:
    """Fill every Secret that the region's stack declares; the pair that signs its releases.

    Args:
        control: The region's control plane.
        place: Where the rehearsal keeps its things.

    Raises:
        SandboxError: The issuer may not do what it was asked.
    """
    folder = place.root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    cluster = control.cluster
    # The issuer's own account and no other, so that its Role is tried too.
    token = cluster.ask("-n", "identity", "create", "token", "issuer")
    replace(folder / "token", token.strip(), PRIVATE)
    asked = json.loads(
        cluster.ask("-n", "identity", "get", "configmap", "issuer-requests", "-o", "json")
    )
    (folder / "requests.json").write_text(asked["data"]["requests.json"])
    run(
        [sys.executable, "-c", ISSUE, control.server, folder / "token", control.authority,
         folder / "requests.json"],
        cwd=folder, extra={"PYTHONPATH": str(ISSUER)},
    )  # fmt: skip
    return {
        "signing.key": _secret(cluster, "signing", "signing-key")["signing.key"],
        "signing.pub": _secret(cluster, "serving", "signing-public")["signing.pub"],
    }


def _secret(cluster: Cluster, namespace: str, name: str) -> dict[str, bytes]:
    shown = json.loads(cluster.ask("-n", namespace, "get", "secret", name, "-o", "json"))
    return {key: base64.b64decode(value) for key, value in shown["data"].items()}


def release(
    resources: Sequence[Resource], store: Store, key: bytes, place: Place, step: Step
) -> None:
    """Land the data, train and sign, as the Jobs of the region would.

    Args:
        resources: The region's stack.
        store: Its S3.
        key: The private key, PEM.
        place: Where the rehearsal keeps its things.
        step: Shows what goes on.

    Raises:
        SandboxError: A program refused; its last lines are in the message.
    """
    folder = place.root / FOLDER
    mounts = folder / "mounts"
    (mounts / "store").mkdir(parents=True)
    (mounts / "signing").mkdir()
    replace(mounts / "store" / "access_key", store.access_key)
    replace(mounts / "store" / "secret_key", store.secret_key, PRIVATE)
    replace(mounts / "store" / "ca.crt", store.authority.read_bytes())
    replace(mounts / "signing" / "signing.key", key, PRIVATE)
    for job in JOBS:
        settings = declared(resources, job)

        def work(job: str = job, settings: Mapping[str, str] = settings) -> None:
            step.waiting_for = job
            program = PROJECT / "workloads" / job
            told = run(
                [_python(program, folder / "venvs" / job), "-m", "app"],
                cwd=program,
                log=place.logs / f"{job}.log",
                extra={
                    **settings,
                    "PYTHONPATH": str(program),
                    "STORE_ENDPOINT": store.endpoint,
                    "MOUNT_ROOT": str(mounts),
                },
            )
            step.say(f"{job}: {told.strip().splitlines()[-1][:140]}")

        if job == TRAINING:
            candidates(settings, store.client(), work)
        else:
            work()


def candidates(settings: Mapping[str, str], s3: Any, train: Callable[[], None]) -> None:
    """Train, or take what the same program made of the same settings on this machine before.

    Training takes minutes and always ends in the same bytes; what comes after it is signed anew.

    Args:
        settings: Those of the Job.
        s3: A client of the region's S3.
        train: Runs the Job.
    """
    bucket = settings["STORE_CANDIDATES"]

    def make(folder: Path) -> None:
        train()
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for one in page.get("Contents", []):
                path = folder / one["Key"]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read())

    made_of = [
        PROJECT / "workloads" / job / part
        for job in ("landing", TRAINING)
        for part in ("app", "requirements.txt")
    ]
    told = {name: text for name, text in settings.items() if not name.startswith("STORE_")}
    place = entry("candidates", digest_of(made_of, json.dumps(told, sort_keys=True)), make)
    for path in sorted(place.rglob("*")):
        if path.is_file():
            key = str(path.relative_to(place))
            s3.put_object(Bucket=bucket, Key=key, Body=path.read_bytes())


def declared(resources: Sequence[Resource], job: str) -> dict[str, str]:
    """The environment variables that a stack declares for a Job's container."""
    (found,) = (
        one for one in resources
        if one["type"] == "kubernetes:batch/v1:Job"
        and one["inputs"]["metadata"].get("name") == job
    )  # fmt: skip
    (container,) = found["inputs"]["spec"]["template"]["spec"]["containers"]
    variables: Sequence[Mapping[str, Any]] = container["env"]
    return {str(one["name"]): str(one.get("value", "")) for one in variables}


def _python(program: Path, folder: Path) -> Path:
    """The interpreter of an environment with exactly the lock of the image."""
    interpreter = folder / "bin" / "python"
    cache = {"UV_CACHE_DIR": str(cache_root() / "uv")}
    run([uv(), "venv", "--quiet", "--python", sys.executable, folder], extra=cache)
    run(
        [uv(), "pip", "sync", "--quiet", "--require-hashes", "--python", interpreter,
         program / "requirements.txt"],
        extra=cache,
    )  # fmt: skip
    return interpreter
