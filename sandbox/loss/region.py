"""Site one: the region's stack, the release that it signed, and somebody who goes on writing."""

import base64
import hashlib
import json
import random
import secrets
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sandbox.cluster import pki
from sandbox.cluster.control_plane import LOOPBACK, Process
from sandbox.files import replace
from sandbox.layout import PROJECT
from sandbox.loss import chain
from sandbox.progress import Step
from sandbox.rehearsal.estate import Estate
from sandbox.rehearsal.programs import free_ports

ACCOUNT: Final = "rehearsal"
PAUSE_SECONDS: Final = 0.1
"""Between two objects of the writer that never stops."""
BODY_BYTES: Final = 2000
OTHERS: Final = ("lake", "anonymised", "features")
"""Buckets in which objects are written that no Job of the region makes."""
OBJECTS: Final = 120
LARGE_BYTES: Final = 20 * 1024**2

STAND_INS = ("TLS in front of the stand-in's S3 (for the region's own endpoint)",)

Place = tuple[str, str]
"""Bucket, by its name in the program, and key."""


@dataclass(frozen=True)
class Written:
    """What site one acknowledged: when, and the SHA-256 of it."""

    when: datetime
    digest: str


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the region's release answers.

    Attributes:
        model: Name of the model.
        key: Key that signed it.
        versions: Variant -> version.
        examples: Variant -> a request, what training computed for it, and the tolerance.
    """

    model: str
    key: str
    versions: Mapping[str, str]
    examples: Mapping[str, Mapping[str, Any]]


@dataclass(kw_only=True)
class Region:
    """The region as its clients know it.

    Attributes:
        estate: Its stack, beside its stand-ins.
        outputs: What the stack tells.
        port: Loopback port of its S3.
        authority: File with the certificate of who vouches for that.
        public: The key that its releases are verified with, PEM.
        written: What was acknowledged.
    """

    estate: Estate
    outputs: Mapping[str, Any]
    port: int
    authority: Path
    public: str = ""
    written: dict[Place, Written] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)
    _writer: threading.Thread | None = None

    @property
    def buckets(self) -> Mapping[str, str]:
        """Bucket in the program -> its name in the account."""
        names: Mapping[str, str] = self.outputs["bucketNames"]
        return names

    @property
    def store(self) -> chain.Store:
        """Its S3, as this machine finds it."""
        return chain.Store(
            endpoint=f"https://{LOOPBACK}:{self.port}",
            authority=self.authority,
            access_key=ACCOUNT,
            secret_key=ACCOUNT,
            region=self.estate.cloud.region,
        )

    def s3(self) -> Any:
        """A client of its S3, which does not try again."""
        return self.store.client()

    def sign(self, step: Step) -> Expected:
        """Let the region's own programs make a signed release; what that answers."""
        place = self.estate.place
        pair = chain.issue(self.estate.control, place)
        self.public = pair["signing.pub"].decode()
        resources = self.estate.resources()
        chain.release(resources, self.store, pair["signing.key"], place, step)
        return self._expected(chain.declared(resources, "signing")["MODEL"])

    def _expected(self, model: str) -> Expected:
        s3, bucket = self.s3(), self.buckets["models"]
        envelope = json.loads(_body(s3, bucket, f"{model}/release.dsse.json"))
        signed = json.loads(base64.b64decode(envelope["payload"]))
        examples = {
            name: json.loads(_body(s3, bucket, f"{one['path']}/metrics.json"))["example"]
            for name, one in signed["variants"].items()
        }
        return Expected(
            model=model,
            key=signed["signed_by"],
            versions={name: one["version"] for name, one in signed["variants"].items()},
            examples=examples,
        )

    def fill(self, copied: Sequence[str], chance: random.Random) -> None:
        """Write objects of all sizes, some twice, some deleted; then note all that is there."""
        s3, others = self.s3(), [name for name in OTHERS if name in copied]
        for number in range(OBJECTS):
            bucket, key = self.buckets[others[number % len(others)]], f"kept/{number}"
            s3.put_object(
                Bucket=bucket, Key=key, Body=chance.randbytes(chance.randrange(1, 200_000))
            )
            if number % 10 == 0:
                s3.put_object(Bucket=bucket, Key=key, Body=b"written again")
            if number % 25 == 0:
                s3.delete_object(Bucket=bucket, Key=key)
        s3.put_object(
            Bucket=self.buckets[others[0]], Key="kept/large", Body=chance.randbytes(LARGE_BYTES)
        )
        now = datetime.now(UTC)
        for name in copied:
            for key, digest in digests(s3, self.buckets[name]).items():
                self.written[name, key] = Written(now, digest)

    def go_on(self, copied: Sequence[str]) -> None:
        """Write without an end, until nothing answers any more."""
        others = [name for name in OTHERS if name in copied]
        self._writer = threading.Thread(target=self._write, args=(others,), daemon=True)
        self._writer.start()

    def _write(self, others: Sequence[str]) -> None:
        s3, number = self.s3(), 0
        while not self._over.wait(PAUSE_SECONDS):
            name, key = others[number % len(others)], f"stream/{number}"
            body = secrets.token_bytes(BODY_BYTES)
            try:
                s3.put_object(Bucket=self.buckets[name], Key=key, Body=body)
            except Exception:  # noqa: BLE001 - however the site's loss shows itself
                return
            self.written[name, key] = Written(datetime.now(UTC), hashlib.sha256(body).hexdigest())
            number += 1

    def kill(self) -> datetime:
        """Kill everything that is the region, with SIGKILL; the moment."""
        moment = datetime.now(UTC)
        self.estate.programs.kill()
        self._over.set()
        if self._writer:
            self._writer.join()
        return moment


def opened(estate: Estate, outputs: Mapping[str, Any], hosts: Sequence[str]) -> Region:
    """Put TLS in front of the region's S3.

    Args:
        estate: The region.
        outputs: What its stack tells.
        hosts: Addresses by which it is reached.
    """
    (port,) = free_ports(1)
    keys = estate.place.root / "pki"
    authority = pki.ensure_server(keys, "door", [LOOPBACK, *hosts])
    plain = estate.cloud.url.rpartition(":")[2]
    words = ["-m", "sandbox.loss.door", str(port), plain, f"{keys}/door.crt", f"{keys}/door.key"]
    program = Process(
        "door",
        [sys.executable, *words],
        ["curl", "--silent", "--cacert", str(authority), f"https://{LOOPBACK}:{port}/mizan/report"],
    )
    estate.programs.start(program, {"PYTHONPATH": str(PROJECT)})
    estate.programs.await_ready(program)
    replace(estate.place.root / "region-ca.crt", authority.read_bytes())
    return Region(estate=estate, outputs=outputs, port=port, authority=authority)


def digests(s3: Any, bucket: str) -> dict[str, str]:
    """SHA-256 of every object of a bucket, each read to its end."""
    found = {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for entry in page.get("Contents", []):
            found[entry["Key"]] = hashlib.sha256(_body(s3, bucket, entry["Key"])).hexdigest()
    return found


def _body(s3: Any, bucket: str, key: str) -> bytes:
    body: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return body
