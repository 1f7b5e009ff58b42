"""Two buckets of one S3 that plays both sites."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.components.apps.loading import load

app = load(
    "replication",
    "__main__",
    "carrying",
    "copying",
    "declaration",
    "history",
    "report",
    "restoring",
)


@pytest.fixture(scope="session")
def program() -> SimpleNamespace:
    return app


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    with mock_aws():
        client = boto3.client("s3", region_name="me-central-1")
        for bucket in ("lake", "copy", "reports"):
            client.create_bucket(
                Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "me-central-1"}
            )
            client.put_bucket_versioning(
                Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
            )
        yield client
