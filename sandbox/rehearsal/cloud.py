"""The stand-in of AWS as a rehearsal runs it, and plain clients of it."""

import json
import os
import re
import sys
import time
import urllib.request
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

from sandbox.aws.provider.connection import ENDPOINT
from sandbox.cluster.control_plane import Process
from sandbox.faults import SandboxError
from sandbox.layout import PROJECT
from sandbox.rehearsal.cluster import Control
from sandbox.rehearsal.programs import Programs

READY_SECONDS = 60
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")

STAND_INS = ("AWS: moto, and operations kept by botocore's service models (for an account)",)


@dataclass(frozen=True)
class Cloud:
    """A running stand-in.

    Attributes:
        url: Its address.
        region: Region of the estate.
    """

    url: str
    region: str

    @property
    def variables(self) -> dict[str, str]:
        """Variables by which every AWS client, the provider among them, finds it."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            ENDPOINT: self.url,
            "AWS_ACCESS_KEY_ID": "rehearsal",
            "AWS_SECRET_ACCESS_KEY": "rehearsal",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    @cached_property
    def _session(self) -> Any:
        return boto3.session.Session(
            aws_access_key_id="rehearsal", aws_secret_access_key="rehearsal",  # noqa: S106 - a stand-in checks none
            region_name=self.region,
        )  # fmt: skip

    def client(self, service: str) -> Any:
        """A plain client of a service, in the estate's region."""
        return self._session.client(
            service,
            endpoint_url=self.url,
            config=Config(max_pool_connections=32, s3={"addressing_style": "path"}),
        )

    def report(self) -> dict[str, Any]:
        """Which operations were called, who answered, and what is kept."""
        found: dict[str, Any] = json.loads(self._get("mizan/report"))
        return found

    def inventory(self) -> list[dict[str, Any]]:
        """Everything that it holds, as `sandbox.aws.cloud.inventory` tells it."""
        found: list[dict[str, Any]] = json.loads(self._get("mizan/inventory"))
        return found

    def _get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"{self.url}/{path}", timeout=60) as answer:  # noqa: S310 - loopback
            body: bytes = answer.read()
        return body


def start(account: str, region: str, control: Control, programs: Programs) -> Cloud:
    """Start the stand-in, whose managed cluster is a control plane of ours.

    Args:
        account: Number of the account that it plays.
        region: Region of the estate.
        control: The control plane.
        programs: Gets what is started.

    Raises:
        SandboxError: It does not come up; the message names its log.
    """
    program = Process(
        "aws",
        [
            sys.executable, "-m", "sandbox.aws.cloud", "--port", "0", "--account", account,
            "--region", region, "--cluster-endpoint", control.server,
            "--cluster-ca", str(control.authority),
        ],
    )  # fmt: skip
    programs.start(program, {"PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"})
    deadline = time.monotonic() + READY_SECONDS
    while not (found := ADDRESS.search(programs.log("aws").read_text())):
        programs.require()
        if time.monotonic() > deadline:
            raise SandboxError(
                f"The AWS stand-in told no address in {READY_SECONDS} s.",
                f"its log is {programs.log('aws')}.",
            )
        time.sleep(0.1)
    return Cloud(found.group(), region)
