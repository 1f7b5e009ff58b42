"""Nodes join by what the estate asked AWS for."""

import boto3
import pytest
from moto import mock_aws

from sandbox.rehearsal.machines import FABRIC, GPU, machine
from sandbox.rehearsal.nodes import Group, nodes

REGION = "me-central-1"


@pytest.fixture
def ec2(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "made-up")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield boto3.client("ec2", REGION)


def kind(ec2, instance_type: str):
    return machine(ec2.describe_instance_types(InstanceTypes=[instance_type])["InstanceTypes"][0])


def test_a_machine_has_what_its_type_has(ec2):
    found = kind(ec2, "p5en.48xlarge")
    assert (found.cpus, found.architecture) == (192, "amd64")
    assert found.devices == {GPU: 8, FABRIC: 16}
    assert found.capacity()[GPU] == "8"


def test_a_node_keeps_something_for_itself(ec2):
    found = kind(ec2, "m7g.xlarge")
    assert found.architecture == "arm64"
    assert found.devices == {}
    assert found.pods == 58
    assert found.allocatable()["cpu"] == "3920m"
    assert found.allocatable()["memory"] == f"{16384 - 255 - 11 * 58 - 100}Mi"


def test_nodes_bear_what_the_group_asked_for(ec2):
    group = Group(
        name="training_a",
        labels={"mizan.ae/pool": "training"},
        taints=[{"key": GPU, "value": "present", "effect": "NoSchedule"}],
        instance_type="g5.xlarge",
        zones={f"{REGION}a": 2},
    )
    first, second = nodes(group, kind(ec2, "g5.xlarge"), REGION)
    assert first["metadata"]["name"] != second["metadata"]["name"]
    labels = first["metadata"]["labels"]
    assert labels["mizan.ae/pool"] == "training"
    assert labels["topology.kubernetes.io/zone"] == f"{REGION}a"
    assert labels["node.kubernetes.io/instance-type"] == "g5.xlarge"
    assert first["spec"]["taints"] == list(group.taints)
    assert first["status"]["allocatable"][GPU] == "1"
