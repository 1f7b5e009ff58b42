"""The estate's networks have no internet gateway, no public address and no open door."""

from collections.abc import Iterator
from typing import Any

from sandbox.rehearsal.live import Found, Live

ANYWHERE = {"0.0.0.0/0", "::/0"}


def verify(live: Live) -> Found:
    """Ask EC2 about everything that stands in a network of the estate."""
    ec2 = live.cloud.client("ec2")
    # The network that every account is born with is not the estate's.
    networks = {
        one["VpcId"] for one in ec2.describe_vpcs()["Vpcs"] if not one.get("IsDefault", False)
    }
    return Found(len(networks), list(_faults(ec2, networks)))


def _faults(ec2: Any, networks: set[str]) -> Iterator[str]:
    for gateway in ec2.describe_internet_gateways()["InternetGateways"]:
        joined = {one["VpcId"] for one in gateway["Attachments"]} & networks
        if joined:
            yield f"internet gateway {gateway['InternetGatewayId']} at {sorted(joined)}"
    for address in ec2.describe_addresses()["Addresses"]:
        yield f"public address {address.get('PublicIp')}"
    for subnet in ec2.describe_subnets()["Subnets"]:
        if subnet["VpcId"] in networks and subnet.get("MapPublicIpOnLaunch"):
            yield f"subnet {subnet['SubnetId']} gives public addresses"
    for group in ec2.describe_security_groups()["SecurityGroups"]:
        if group["VpcId"] in networks and _open(group):
            yield f"security group {group['GroupId']} ({group['GroupName']}) lets anybody in"
    for instance in _instances(ec2):
        if instance.get("VpcId") in networks and instance.get("PublicIpAddress"):
            yield f"instance {instance['InstanceId']} has a public address"


def _open(group: Any) -> bool:
    ranges = {
        one.get("CidrIp") or one.get("CidrIpv6")
        for rule in group["IpPermissions"]
        for one in (*rule.get("IpRanges", ()), *rule.get("Ipv6Ranges", ()))
    }
    return bool(ranges & ANYWHERE)


def _instances(ec2: Any) -> Iterator[Any]:
    for reservation in ec2.describe_instances()["Reservations"]:
        yield from reservation["Instances"]
