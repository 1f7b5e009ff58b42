"""What a bucket's policy says of a call, as far as the stand-in can judge it."""

import json
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

ONLY_TLS = {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}


@pytest.fixture
def s3(stand_in: str) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=stand_in,
        region_name="me-central-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",  # noqa: S106 - the stand-in checks none
        config=Config(s3={"addressing_style": "path"}),
    )


def bucket(s3: Any, name: str, condition: dict[str, Any]) -> None:
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "me-central-1"})
    s3.put_object(Bucket=name, Key="a", Body=b"one")
    denial = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", **condition}
    denial["Resource"] = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": [denial]})
    s3.put_bucket_policy(Bucket=name, Policy=policy)


def test_a_denial_under_a_condition_that_nobody_can_judge_denies_nothing(s3: Any) -> None:
    bucket(s3, "policy-conditional", ONLY_TLS)

    assert s3.get_object(Bucket="policy-conditional", Key="a")["Body"].read() == b"one"
    assert "SecureTransport" in s3.get_bucket_policy(Bucket="policy-conditional")["Policy"]


def test_a_denial_without_a_condition_holds(s3: Any) -> None:
    bucket(s3, "policy-always", {})

    with pytest.raises(ClientError, match="403"):
        s3.get_object(Bucket="policy-always", Key="a")
    s3.delete_bucket_policy(Bucket="policy-always")
