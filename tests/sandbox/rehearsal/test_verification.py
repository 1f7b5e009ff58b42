"""Verification finds what it looks for, in an account that has it."""

from types import SimpleNamespace

import boto3
import pytest
from moto import mock_aws

from sandbox.rehearsal.verification import (
    buckets,
    keys,
    network,
    processors,
    regions,
    tags,
    targets,
)

REGION = "me-central-1"


@pytest.fixture
def live(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "made-up")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        cloud = SimpleNamespace(client=lambda name: boto3.client(name, REGION), region=REGION)
        environment = SimpleNamespace(own_tags={"owner": "x"})
        yield SimpleNamespace(cloud=cloud, environment=environment, in_cloud=[])


def bucket(live, name: str) -> None:
    s3 = live.cloud.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "key"}
    s3.put_bucket_encryption(
        Bucket=name,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]},
    )
    block = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(
        Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(block, True)
    )


def test_a_bucket_as_it_should_be_has_no_fault(live):
    bucket(live, "good")
    assert buckets.verify(live).checked == 1
    assert buckets.verify(live).faults == []


def test_a_bucket_that_lacks_everything_has_three(live):
    live.cloud.client("s3").create_bucket(
        Bucket="bad", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    told = " ".join(buckets.verify(live).faults)
    for fault in ("keeps no versions", "not encrypted", "does not block"):
        assert fault in told


def test_a_key_that_does_not_rotate_is_found(live):
    kms = live.cloud.client("kms")
    good = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=good)
    bad = kms.create_key()["KeyMetadata"]["KeyId"]
    found = keys.verify(live)
    assert found.checked == 2
    assert [bad in fault for fault in found.faults] == [True]


def test_a_way_to_the_internet_is_found(live):
    ec2 = live.cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    assert network.verify(live).faults == []
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group, IpProtocol="tcp", FromPort=443, ToPort=443, CidrIp="0.0.0.0/0"
    )
    told = " ".join(network.verify(live).faults)
    assert gateway in told
    assert group in told


def resource(token: str, **outputs) -> dict:
    return {"urn": "urn::it", "type": token, "custom": True, "outputs": outputs}


def test_a_resource_elsewhere_is_found_unless_its_type_has_no_region(live):
    live.in_cloud = [
        resource("aws:s3/bucket:Bucket", region=REGION, arn="arn:aws:s3:::it"),
        resource("aws:iam/role:Role", arn="arn:aws:iam::1:role/it"),
    ]
    assert regions.verify(live).faults == []
    live.in_cloud = [
        resource("aws:sns/topic:Topic", region="eu-west-1", arn="arn:aws:sns:eu-west-1:1:it"),
        resource("aws:sqs/queue:Queue", arn=f"arn:aws:sqs:{REGION}:1:it"),
    ]
    assert len(regions.verify(live).faults) == 3


def test_every_global_type_has_a_reason():
    assert all(len(reason) > 20 for reason in regions.global_types().values())


def test_a_missing_tag_is_found_and_what_takes_none_is_not_asked(live):
    full = {"owner": "x", "workload": "w", "data-class": "d", "profile": "p"}
    live.in_cloud = [
        resource("aws:s3/bucket:Bucket", tagsAll=full),
        resource("aws:s3/bucketPolicy:BucketPolicy"),
    ]
    assert tags.verify(live).checked == 1
    assert tags.verify(live).faults == []
    live.in_cloud = [resource("aws:s3/bucket:Bucket", tagsAll={**full, "owner": ""})]
    assert "owner" in tags.verify(live).faults[0]


@pytest.fixture
def bound(live, monkeypatch):
    """A target group, and a cluster whose service, pods and binding a test changes."""
    vpc = live.cloud.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    (group,) = live.cloud.client("elbv2").create_target_group(
        Name="pods", Protocol="HTTPS", Port=8443, VpcId=vpc, TargetType="ip"
    )["TargetGroups"]
    live.of = lambda _: [{"id": group["TargetGroupArn"]}]
    live.api = None
    spec = {"serviceRef": {"name": "serving", "port": 8443}, "vpcID": vpc,
            "targetGroupARN": group["TargetGroupArn"],
            "targetGroupProtocol": "HTTPS"}  # fmt: skip
    live.binding = {"metadata": {"name": "serving", "namespace": "serving"}, "spec": spec}
    gate = SimpleNamespace(condition_type="target-health.elbv2.k8s.aws/serving")
    live.pod = SimpleNamespace(
        metadata=SimpleNamespace(name="serving-1"),
        spec=SimpleNamespace(readiness_gates=[gate], node_name="n"),
    )
    service = SimpleNamespace(
        spec=SimpleNamespace(ports=[SimpleNamespace(port=8443)], selector={"a": "b"})
    )
    core = SimpleNamespace(
        read_namespaced_service=lambda *_: service,
        list_namespaced_pod=lambda *_, **__: SimpleNamespace(items=[live.pod]),
        list_pod_for_all_namespaces=lambda **_: SimpleNamespace(items=[live.pod]),
    )
    custom = SimpleNamespace(
        list_cluster_custom_object=lambda *_: {"items": [live.binding] if live.binding else []}
    )
    fake = SimpleNamespace(
        CoreV1Api=lambda _: core, CustomObjectsApi=lambda _: custom, ApiException=Exception
    )
    monkeypatch.setattr(targets, "client", fake)
    return live


def test_pods_behind_their_load_balancer_have_no_fault(bound):
    assert targets.verify(bound).faults == []
    assert targets.verify(bound).checked == 2


def test_what_nobody_registers_is_found(bound):
    bound.binding = None
    bound.pod.spec.node_name = None
    unbound, nobody = targets.verify(bound).faults
    assert "bound to no service" in unbound
    assert "none on a node" in nobody


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"targetGroupARN": "arn:aws:elasticloadbalancing:me-central-1:1:targetgroup/no/1"},
         "is not there"),
        ({"serviceRef": {"name": "serving", "port": 1}}, "has no port 1"),
        ({"vpcID": "vpc-other"}, "not in vpc-other"),
    ],
)  # fmt: skip
def test_a_binding_that_leads_nowhere_is_found(bound, change, told):
    bound.binding["spec"].update(change)
    assert told in targets.verify(bound).faults[0]


def test_a_pod_that_does_not_wait_for_its_load_balancer_is_found(bound):
    bound.pod.spec.readiness_gates = None
    (told,) = targets.verify(bound).faults
    assert "does not wait for target-health" in told


@pytest.mark.parametrize(
    ("image", "faults"),
    [
        ("registry.example/mizan/serving@sha256:1", 0),
        ("registry.example/mizan/training@sha256:1", 1),
        ("registry.example/eks/coredns:v1", 0),
    ],
)
def test_an_image_on_a_machine_of_another_processor_is_found(monkeypatch, image, faults):
    node = SimpleNamespace(
        metadata=SimpleNamespace(name="graviton", labels={"kubernetes.io/arch": "arm64"})
    )
    container = SimpleNamespace(image=image)
    pod = SimpleNamespace(
        metadata=SimpleNamespace(name="it", namespace="somewhere"),
        spec=SimpleNamespace(node_name="graviton", containers=[container], init_containers=None),
    )
    core = SimpleNamespace(
        list_node=lambda: SimpleNamespace(items=[node]),
        list_pod_for_all_namespaces=lambda: SimpleNamespace(items=[pod]),
    )
    monkeypatch.setattr(processors, "client", SimpleNamespace(CoreV1Api=lambda _: core))

    found = processors.verify(SimpleNamespace(api=None))

    assert found.checked == 1
    assert len(found.faults) == faults
    assert all("training is built for amd64" in told for told in found.faults)
