"""Networks and their subnets."""

from typing import Any

from sandbox.aws.provider.resource import Aspect, Aws, Do, Facts, Resource

_NO_IPV6 = "the stand-in's networks have IPv4 only"
_NO_IPAM = "the stand-in has no IPAM pools"
_NO_OUTPOST = "the stand-in has no Outposts"


def switch(operation: str, read: str, name: str, member: str, attribute: str) -> Aspect:
    """Return an attribute that EC2 sets and shows by itself."""
    return Aspect(
        name,
        put=Do(operation, only=(), send={member: {"Value": f"{{{name}}}"}}),
        read=Do(read, send={"Attribute": attribute}, at=f"{member}.Value") if read else None,
    )


def _read_vpc(aws: Aws, facts: Facts) -> dict[str, Any]:
    vpc = aws("DescribeVpcs", VpcIds=[facts["id"]])["Vpcs"][0]
    inside = [{"Name": "vpc-id", "Values": [facts["id"]]}]
    main = [*inside, {"Name": "association.main", "Values": ["true"]}]
    default = [*inside, {"Name": "group-name", "Values": ["default"]}]
    tables = aws("DescribeRouteTables", Filters=main)["RouteTables"]
    lists = aws("DescribeNetworkAcls", Filters=[*inside, {"Name": "default", "Values": ["true"]}])
    groups = aws("DescribeSecurityGroups", Filters=default)["SecurityGroups"]
    return {
        **vpc,
        "MainRouteTableId": tables[0]["RouteTableId"],
        "DefaultRouteTableId": tables[0]["RouteTableId"],
        "DefaultNetworkAclId": lists["NetworkAcls"][0]["NetworkAclId"],
        "DefaultSecurityGroupId": groups[0]["GroupId"],
    }


def _vpc(name: str) -> Aspect:
    member = name[0].upper() + name[1:]
    return switch("ModifyVpcAttribute", "DescribeVpcAttribute", name, member, name)


TYPES = (
    Resource(
        "aws:ec2/vpc:Vpc",
        "ec2",
        create=Do("CreateVpc", at="Vpc"),
        id="VpcId",
        key={"VpcId": "{id}"},
        read=_read_vpc,
        delete="DeleteVpc",
        aspects=(
            _vpc("enableDnsHostnames"),
            _vpc("enableDnsSupport"),
            _vpc("enableNetworkAddressUsageMetrics"),
        ),
        outputs={"arn": "arn:aws:ec2:{region}:{account}:vpc/{id}"},
        defaults={"enableDnsSupport": True, "ipv6AssociationId": ""},
        replace=("cidrBlock", "instanceTenancy"),
        refuse={
            "assignGeneratedIpv6CidrBlock": _NO_IPV6,
            "ipv4IpamPoolId": _NO_IPAM,
            "ipv4NetmaskLength": _NO_IPAM,
            "ipv6CidrBlock": _NO_IPV6,
            "ipv6CidrBlockNetworkBorderGroup": _NO_IPV6,
            "ipv6IpamPoolId": _NO_IPV6,
            "ipv6NetmaskLength": _NO_IPV6,
        },
    ),
    Resource(
        "aws:ec2/subnet:Subnet",
        "ec2",
        create=Do("CreateSubnet", at="Subnet"),
        id="SubnetId",
        key={"SubnetId": "{id}", "SubnetIds": ["{id}"]},
        read=Do("DescribeSubnets", at="Subnets[0]"),
        delete="DeleteSubnet",
        aspects=(
            switch("ModifySubnetAttribute", "", "mapPublicIpOnLaunch", "MapPublicIpOnLaunch", ""),
        ),
        rename={"arn": "SubnetArn"},
        defaults={
            "ipv6CidrBlockAssociationId": "",
            "privateDnsHostnameTypeOnLaunch": "ip-name",
        },
        replace=("availabilityZone", "availabilityZoneId", "cidrBlock", "vpcId"),
        refuse={
            "assignIpv6AddressOnCreation": _NO_IPV6,
            "customerOwnedIpv4Pool": _NO_OUTPOST,
            "enableDns64": _NO_IPV6,
            "enableLniAtDeviceIndex": _NO_OUTPOST,
            "enableResourceNameDnsARecordOnLaunch": "moto does not keep it",
            "enableResourceNameDnsAaaaRecordOnLaunch": _NO_IPV6,
            "ipv4IpamPoolId": _NO_IPAM,
            "ipv4NetmaskLength": _NO_IPAM,
            "ipv6CidrBlock": _NO_IPV6,
            "ipv6IpamPoolId": _NO_IPV6,
            "ipv6Native": _NO_IPV6,
            "ipv6NetmaskLength": _NO_IPV6,
            "mapCustomerOwnedIpOnLaunch": _NO_OUTPOST,
            "outpostArn": _NO_OUTPOST,
            "privateDnsHostnameTypeOnLaunch": "moto does not keep it",
        },
    ),
)
