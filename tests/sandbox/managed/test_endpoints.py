"""Names resolve as far as the network has endpoints, to addresses where those stand."""

from ipaddress import ip_address, ip_network

import boto3
import pytest
from moto import mock_aws

from sandbox.cluster.managed.endpoints import Endpoints

REGION = "me-central-1"


@pytest.fixture
def ec2(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "made-up")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield boto3.client("ec2", REGION)


@pytest.fixture
def endpoints(ec2):
    found = Endpoints.__new__(Endpoints)
    found._ec2, found._region = ec2, REGION
    return found


@pytest.fixture
def network(ec2):
    vpc = ec2.create_vpc(CidrBlock="10.60.0.0/20")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.60.12.128/26")["Subnet"]["SubnetId"]
    return {"VpcId": vpc}, subnet


def interface(ec2, network, service, **more):
    where, subnet = network
    ec2.create_vpc_endpoint(
        **where, ServiceName=f"com.amazonaws.{REGION}.{service}", VpcEndpointType="Interface",
        SubnetIds=[subnet], **{"PrivateDnsEnabled": True, **more},
    )  # fmt: skip


def test_a_network_without_endpoints_resolves_nothing(endpoints, network):
    assert network
    assert endpoints._found() == {}


def test_an_interface_answers_in_its_subnet_by_the_name_of_its_service(ec2, endpoints, network):
    interface(ec2, network, "ec2")
    interface(ec2, network, "ecr.api")
    interface(ec2, network, "ssm", PrivateDnsEnabled=False)
    found = endpoints._found()
    assert set(found) == {f"ec2.{REGION}.amazonaws.com", f"api.ecr.{REGION}.amazonaws.com"}
    assert len(set(found.values())) == 2
    for address in found.values():
        assert ip_address(address) in ip_network("10.60.12.128/26")


def test_the_gateway_of_s3_answers_among_the_blocks_that_policies_let_through(
    ec2, endpoints, network
):
    service = f"com.amazonaws.{REGION}.s3"
    ec2.create_vpc_endpoint(**network[0], ServiceName=service, VpcEndpointType="Gateway")
    ((name, address),) = endpoints._found().items()
    assert name == f"s3.{REGION}.amazonaws.com"
    (listed,) = ec2.describe_managed_prefix_lists(
        Filters=[{"Name": "prefix-list-name", "Values": [service]}]
    )["PrefixLists"]
    entries = ec2.get_managed_prefix_list_entries(PrefixListId=listed["PrefixListId"])["Entries"]
    assert any(ip_address(address) in ip_network(entry["Cidr"]) for entry in entries)
