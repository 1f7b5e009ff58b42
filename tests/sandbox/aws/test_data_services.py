"""What buckets, queries and the lake refuse, as AWS would."""

import json

import botocore.session
import pytest
from botocore.exceptions import ClientError

REGION = "me-central-1"


@pytest.fixture
def client(stand_in):
    def make(service):
        return botocore.session.get_session().create_client(
            service,
            region_name=REGION,
            endpoint_url=stand_in,
            **dict.fromkeys(("aws_access_key_id", "aws_secret_access_key"), "any"),
        )

    return make


def code_of(operation, **given):
    with pytest.raises(ClientError) as error:
        operation(**given)
    return error.value.response["Error"]["Code"]


def allowing(principal, bucket):
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"},
                {
                    "Effect": "Allow",
                    "Principal": {"Service": principal},
                    "Action": ["s3:PutObject"],
                    "Resource": [f"arn:aws:s3:::{bucket}/*"],
                },
            ],
        }
    )


def test_accesses_are_logged_only_where_the_target_lets_s3_write(client):
    s3 = client("s3")
    for name in ("logged-bucket", "target-bucket"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    log = {
        "Bucket": "logged-bucket",
        "BucketLoggingStatus": {
            "LoggingEnabled": {"TargetBucket": "target-bucket", "TargetPrefix": "a/"}
        },
    }
    refused = "InvalidTargetBucketForLogging"
    assert code_of(s3.put_bucket_logging, **log) == refused
    s3.put_bucket_policy(
        Bucket="target-bucket", Policy=allowing("config.amazonaws.com", "target-bucket")
    )
    assert code_of(s3.put_bucket_logging, **log) == refused
    s3.put_bucket_policy(
        Bucket="target-bucket", Policy=allowing("logging.s3.amazonaws.com", "target-bucket")
    )

    s3.put_bucket_logging(**log)

    found = s3.get_bucket_logging(Bucket="logged-bucket")["LoggingEnabled"]
    assert found["TargetBucket"] == "target-bucket"


def test_a_workgroup_that_is_not_there_is_neither_read_nor_changed(client):
    athena = client("athena")
    assert code_of(athena.get_work_group, WorkGroup="none") == "InvalidRequestException"
    assert code_of(athena.update_work_group, WorkGroup="none") == "InvalidRequestException"


def test_a_limit_of_a_workgroup_can_be_taken_away(client):
    athena = client("athena")
    athena.create_work_group(
        Name="bounded", Configuration={"BytesScannedCutoffPerQuery": 10**8}, Description="x"
    )

    athena.update_work_group(
        WorkGroup="bounded", ConfigurationUpdates={"RemoveBytesScannedCutoffPerQuery": True}
    )

    found = athena.get_work_group(WorkGroup="bounded")["WorkGroup"]
    assert "BytesScannedCutoffPerQuery" not in found["Configuration"]
    assert found["Description"] == "x"


def test_a_location_of_the_lake_is_registered_once(client):
    lake = client("lakeformation")
    given = {"ResourceArn": "arn:aws:s3:::lake", "RoleArn": "arn:aws:iam::111122223333:role/lake"}
    lake.register_resource(**given)
    assert code_of(lake.register_resource, **given) == "AlreadyExistsException"
    lake.deregister_resource(ResourceArn=given["ResourceArn"])
    assert (
        code_of(lake.describe_resource, ResourceArn=given["ResourceArn"])
        == "EntityNotFoundException"
    )


def test_a_registry_without_a_policy_says_so(client):
    assert code_of(client("ecr").get_registry_policy) == "RegistryPolicyNotFoundException"
