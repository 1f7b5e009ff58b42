"""S3 answers a pod by the name of the service only what its role, its way and the bucket allow."""

import json
import uuid
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError

REGION, ACCOUNT = "me-central-1", "111122223333"
HOST = f"s3.{REGION}.amazonaws.com"


def client(endpoint, service, **keys):
    given = {"aws_access_key_id": "engine", "aws_secret_access_key": "none", **keys}
    return boto3.client(service, endpoint_url=endpoint, region_name=REGION, **given)


def document(statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def denial(said, actions, arn, condition):
    return {
        "Sid": said, "Effect": "Deny", "Principal": "*", "Action": actions,
        "Resource": [arn, f"{arn}/*"], "Condition": condition,
    }  # fmt: skip


@pytest.fixture
def gateway(stand_in):
    ec2 = client(stand_in, "ec2")
    service = f"com.amazonaws.{REGION}.s3"
    for one in ec2.describe_vpc_endpoints()["VpcEndpoints"]:
        if one["ServiceName"] == service:
            ec2.delete_vpc_endpoints(VpcEndpointIds=[one["VpcEndpointId"]])
    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/20")["Vpc"]["VpcId"]
    allowed = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*",
               "Condition": {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}}  # fmt: skip
    made = ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName=service,
        VpcEndpointType="Gateway",
        PolicyDocument=document([allowed]),
    )["VpcEndpoint"]["VpcEndpointId"]
    yield made
    ec2.delete_vpc_endpoints(VpcEndpointIds=[made])


@pytest.fixture
def bucket(stand_in, gateway):
    name = f"lake-{uuid.uuid4().hex[:8]}"
    arn = f"arn:aws:s3:::{name}"
    engine = client(stand_in, "s3")
    engine.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    never = [
        denial("TlsOnly", ["s3:*"], arn, {"Bool": {"aws:SecureTransport": "false"}}),
        denial("Way", ["s3:GetObject*", "s3:PutObject*"], arn,
               {"StringNotEquals": {"aws:SourceVpce": [gateway]}}),
        denial("Key", ["s3:PutObject"], arn, {
            "Null": {"s3:x-amz-server-side-encryption": "false"},
            "StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"},
        }),
    ]  # fmt: skip
    engine.put_bucket_policy(Bucket=name, Policy=document(never))
    engine.put_object(Bucket=name, Key="there", Body=b"1")
    return name


@pytest.fixture
def pod(stand_in, bucket):
    """A client of S3 as a pod has it: the session of a role that may read, by the public name."""
    iam, name = client(stand_in, "iam"), f"reader-{uuid.uuid4().hex[:8]}"
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]
    arn = f"arn:aws:s3:::{bucket}"
    rights = [
        {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": [arn]},
        {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": [f"{arn}/*"]},
    ]
    iam.put_role_policy(RoleName=name, PolicyName="grant", PolicyDocument=document(rights))
    session = client(stand_in, "sts").assume_role(RoleArn=role["Arn"], RoleSessionName="pod")

    def make(**keys):
        found = session["Credentials"]
        made = client(
            stand_in, "s3",
            **{
                "aws_access_key_id": found["AccessKeyId"],
                "aws_secret_access_key": found["SecretAccessKey"],
                "aws_session_token": found["SessionToken"],
                **keys,
            },
        )  # fmt: skip
        made.meta.events.register("before-send.s3", _by_its_name(stand_in))
        return made

    return make


def _by_its_name(endpoint):
    def ask(request, **_):
        request.headers["Host"] = HOST
        assert urlsplit(request.url).netloc in endpoint

    return ask


def refused(call, **given):
    with pytest.raises(ClientError) as told:
        call(**given)
    return told.value.response["Error"]


def test_a_role_reads_what_it_was_granted(pod, bucket):
    assert pod().get_object(Bucket=bucket, Key="there")["Body"].read() == b"1"
    assert pod().list_objects_v2(Bucket=bucket)["KeyCount"] == 1


def test_a_key_that_is_not_there_is_missing_and_not_forbidden(pod, bucket):
    assert refused(pod().get_object, Bucket=bucket, Key="absent")["Code"] == "NoSuchKey"


def test_what_was_not_granted_is_refused_with_the_reason(pod, bucket):
    told = refused(pod().put_object, Bucket=bucket, Key="new", Body=b"2")
    assert told["Code"] == "AccessDenied"
    assert "not allowed by its role" in told["Message"]


def test_a_session_of_nobody_is_refused(pod, bucket):
    told = refused(pod(aws_access_key_id="AKIAMADEUP").get_object, Bucket=bucket, Key="there")
    assert told["Code"] == "InvalidAccessKeyId"


def test_what_the_bucket_denies_is_refused_whatever_the_role_allows(stand_in, pod, bucket):
    arn = f"arn:aws:s3:::{bucket}"
    sealed = denial("Sealed", ["s3:GetObject"], arn, {"Bool": {"aws:SecureTransport": "true"}})
    client(stand_in, "s3").put_bucket_policy(Bucket=bucket, Policy=document([sealed]))
    told = refused(pod().get_object, Bucket=bucket, Key="there")
    assert "denied by its bucket" in told["Message"]


def test_another_way_than_the_endpoint_that_the_bucket_names_is_refused(
    stand_in, pod, bucket, gateway
):
    ec2 = client(stand_in, "ec2")
    vpc = ec2.create_vpc(CidrBlock="10.78.0.0/20")["Vpc"]["VpcId"]
    ec2.delete_vpc_endpoints(VpcEndpointIds=[gateway])
    told = refused(pod().get_object, Bucket=bucket, Key="there")
    assert "no endpoint of S3" in told["Message"]
    service = f"com.amazonaws.{REGION}.s3"
    other = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=service, VpcEndpointType="Gateway")
    told = refused(pod().get_object, Bucket=bucket, Key="there")
    assert "denied by its bucket" in told["Message"]
    ec2.delete_vpc_endpoints(VpcEndpointIds=[other["VpcEndpoint"]["VpcEndpointId"]])


def test_the_engine_is_let_through_at_the_stand_ins_own_address(stand_in, bucket):
    engine = client(stand_in, "s3")
    assert engine.get_object(Bucket=bucket, Key="there")["Body"].read() == b"1"
