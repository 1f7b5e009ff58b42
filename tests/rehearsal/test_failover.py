"""The loss of site one: killed while it is written to; what site two holds afterwards.

The stand-in of AWS plays the region's S3, a real versitygw the second site's store, with buckets,
accounts and grants as that site's stack declares them. What copies is the image's own program.
That the platform then serves from an on-premises site is what `make up` shows.
"""

import hashlib
import json
import os
import random
import secrets
import signal
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from environments import stacks
from sandbox.aws import running
from stacks import place
from tests.components.apps.certificates import LoopbackAuthority
from tests.components.apps.loading import load
from tests.components.apps.object_store import ROOT, mount, serving
from tests.components.apps.toolchain import free_port
from tests.rehearsal.link import tls
from tests.support.engine import environment_plan

pytestmark = pytest.mark.acceptance

SEED = os.environ.get("MIZAN_SEED") or secrets.token_hex(4)
OBJECTS = int(os.environ.get("MIZAN_OBJECTS", "400"))
PAUSE_SECONDS = 2
"""Between two runs of the copying; 15 minutes in the environment."""
RUNS = 3
LARGE_BYTES = 20 * 1024**2
REPORT = Path(__file__).parents[2] / ".sandbox" / "failover.json"

setup = load("object_store/setup", "__main__", "declaration")
copying = load("replication", "__main__", "declaration", "report")


def client(endpoint, trust, access_key, secret_key):
    return boto3.client(
        "s3", endpoint_url=endpoint, region_name="me-central-1", verify=str(trust),
        aws_access_key_id=access_key, aws_secret_access_key=secret_key,
        config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
    )  # fmt: skip


def declared(kind, namespace):
    """A declaration as the second site's stack makes it."""
    second = next(name for name in stacks() if "." in name)
    config = environment_plan(second).named("ConfigMap", kind, namespace)
    return json.loads(config.inputs["data"]["declaration.json"])


@dataclass
class SiteOne:
    """The region, as far as its objects go."""

    s3: object
    buckets: list[str]
    pid: int
    written: dict = field(default_factory=dict)
    """Bucket and key of each object: when it was acknowledged, and its SHA-256."""

    def write(self, bucket, key, body):
        self.s3.put_object(Bucket=bucket, Key=key, Body=body)
        self.written[bucket, key] = (datetime.now(UTC), hashlib.sha256(body).hexdigest())

    def fill(self, chance):
        """Objects of all sizes, some of them overwritten, some deleted."""
        for number in range(OBJECTS):
            bucket = self.buckets[number % len(self.buckets)]
            self.write(bucket, f"kept/{number}", chance.randbytes(chance.randrange(1, 200_000)))
            if number % 10 == 0:
                self.write(bucket, f"kept/{number}", b"written again")
            if number % 25 == 0:
                self.s3.delete_object(Bucket=bucket, Key=f"kept/{number}")
                del self.written[bucket, f"kept/{number}"]
        self.write(self.buckets[0], "kept/large", chance.randbytes(LARGE_BYTES))

    def go_on(self):
        """Write without a pause until nothing answers any more."""
        number = 0
        while True:
            try:
                self.write(self.buckets[number % len(self.buckets)], f"stream/{number}",
                           secrets.token_bytes(2000))  # fmt: skip
            except Exception:  # noqa: BLE001 - however the site's loss shows itself
                return
            number += 1


@pytest.fixture
def site_one(tmp_path):
    folder = tmp_path / "one"
    folder.mkdir()
    stand_in = running.start(folder)
    trust = LoopbackAuthority().issue(folder / "tls")
    mount(folder / "credential", "reader", "secret")
    (folder / "credential" / "ca.crt").write_bytes(trust.read_bytes())
    try:
        with tls(folder / "tls", int(stand_in.endpoint.rpartition(":")[2])) as port:
            endpoint = f"https://127.0.0.1:{port}"
            s3 = client(endpoint, trust, "writer", "secret")
            buckets = list(declared("replication", place.REPLICATION)["buckets"])
            for bucket in buckets:
                s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={
                    "LocationConstraint": "me-central-1"})  # fmt: skip
                s3.put_bucket_versioning(
                    Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
                )
            yield SiteOne(s3=s3, buckets=buckets, pid=stand_in.pid), endpoint, folder / "credential"
    finally:
        running.stop(folder)


@pytest.fixture
def site_two(tmp_path):
    """The second site's store, set up as its stack declares; its endpoint and credentials."""
    folder, port = tmp_path / "two", free_port()
    folder.mkdir()
    with serving(folder, LoopbackAuthority(), port):
        endpoint = f"https://127.0.0.1:{port}"
        document = {**declared("store-setup", place.STORAGE), "endpoint": endpoint}
        (folder / "declaration.json").write_text(json.dumps(document))
        trust = (folder / "tls" / "ca.crt").read_bytes()
        for name, account in [("root", ROOT), *((user, (user, f"{user}-secret"))
                                                for user in document["users"])]:  # fmt: skip
            mount(folder / name, *account)
            (folder / name / "ca.crt").write_bytes(trust)
        wanted = setup.declaration.read(
            folder / "declaration.json", store_folder=folder / "root", users_folder=folder
        )
        setup.main_module.setup(wanted, patience_seconds=30)
        yield endpoint, folder / "replication"


def declaration(path, one, two):
    """What the Job is told, with the addresses of this machine."""
    document = declared("replication", place.REPLICATION)
    document["source"]["endpoint"], document["target"]["endpoint"] = one[0], two[0]
    path.write_text(json.dumps(document))
    return copying.declaration.read(path, source_folder=one[1], target_folder=two[1])


def held(s3, copies):
    """SHA-256 of every object of the copies, read to its end."""
    found = {}
    for bucket, copy in copies.items():
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=copy):
            for entry in page.get("Contents", []):
                body = s3.get_object(Bucket=copy, Key=entry["Key"])["Body"].read()
                found[bucket, entry["Key"]] = hashlib.sha256(body).hexdigest()
    return found


def test_what_site_one_wrote_is_at_site_two_when_it_is_killed(site_one, site_two, tmp_path):
    one, endpoint, credential = site_one
    wanted = declaration(tmp_path / "declaration.json", (endpoint, credential), site_two)
    chance = random.Random(SEED)  # noqa: S311 - spreads sizes and moments, guards nothing
    one.fill(chance)
    first = copying.main_module.replicate(wanted)
    assert first["complete"], first

    writer = threading.Thread(target=one.go_on)
    writer.start()
    complete = first
    for _ in range(RUNS):
        time.sleep(PAUSE_SECONDS)
        complete = copying.main_module.replicate(wanted)
        assert complete["complete"], complete
    time.sleep(PAUSE_SECONDS * chance.random())
    last: list = []
    run = threading.Thread(target=lambda: last.append(copying.main_module.replicate(wanted)))
    run.start()
    time.sleep(chance.random())
    os.kill(one.pid, signal.SIGKILL)
    lost_at = datetime.now(UTC)

    s3 = client(wanted.target.endpoint, wanted.target.authority, wanted.target.access_key,
                wanted.target.secret_key)  # fmt: skip
    s3.get_object(Bucket=wanted.buckets[one.buckets[0]], Key="kept/large")["Body"].read()
    answers = datetime.now(UTC)
    run.join()
    writer.join()
    found = held(s3, wanted.buckets)
    verified = datetime.now(UTC)

    lost = {place_: time_ for place_, (time_, digest) in one.written.items()
            if found.get(place_) != digest}  # fmt: skip
    started = datetime.fromisoformat(complete["started"])
    oldest = min(lost.values(), default=lost_at)
    report = {
        "seed": SEED,
        "objects_written": len(one.written),
        "objects_held": len(found),
        "objects_lost": len(lost),
        "rpo_seconds": round((lost_at - oldest).total_seconds(), 3),
        "rpo_bound_seconds": round((lost_at - started).total_seconds(), 3),
        "copy_answers_after_seconds": round((answers - lost_at).total_seconds(), 3),
        "copy_verified_after_seconds": round((verified - lost_at).total_seconds(), 3),
        "seconds_between_runs": PAUSE_SECONDS,
        "last_complete_run": complete,
        "run_that_was_cut_off": last[0],
    }
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=1))

    # Everything acknowledged before the last complete run began is here, byte for byte.
    assert all(when >= started for when in lost.values()), lost
    assert set(found) <= set(one.written), "the copy holds what was deleted or never written"
    assert {place_ for place_ in one.written if place_[1].startswith("kept/")} <= set(found)
    reports = json.loads(s3.get_object(Bucket=place.REPORTS, Key=copying.report.COMPLETE)
                         ["Body"].read())  # fmt: skip
    assert datetime.fromisoformat(reports["started"]) >= started
