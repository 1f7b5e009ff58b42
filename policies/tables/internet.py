"""What leads from a network of AWS to the internet, as a table."""

from typing import Final

from policies.accepting import absent
from policies.addresses import named
from policies.judging import Demand
from policies.reading import UNKNOWN, Tree

_NAMED: Final = (named, "a private range, or a public one of at most /24 (IPv4) or /48 (IPv6)")
_NO_NAT: Final = (absent, "nothing: the way out is the inspected one")


def _no_internet_gateway(value: Tree) -> bool:
    """Accepts any gateway but one of the internet; an unknown one is of this stack, without any."""
    return value is UNKNOWN or not (isinstance(value, str) and value.startswith("igw-"))


def _route(at: str = "") -> tuple[Demand, ...]:
    return (
        (f"{at}natGatewayId", *_NO_NAT),
        (f"{at}gatewayId", _no_internet_gateway, "no internet gateway"),
    )


EXITS: Final[dict[str, tuple[Demand, ...]]] = {
    "aws:ec2/defaultRouteTable:DefaultRouteTable": _route("routes[*]."),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": (("egress[*].cidrBlocks[*]", *_NAMED),),
    "aws:ec2/route:Route": (("egressOnlyGatewayId", *_NO_NAT), *_route()),
    "aws:ec2/routeTable:RouteTable": _route("routes[*]."),
    "aws:ec2/securityGroup:SecurityGroup": (
        ("egress[*].cidrBlocks[*]", *_NAMED),
        ("egress[*].ipv6CidrBlocks[*]", *_NAMED),
    ),
    "aws:ec2/securityGroupRule:SecurityGroupRule": (
        ("cidrBlocks[*]", *_NAMED),
        ("ipv6CidrBlocks[*]", *_NAMED),
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": (
        ("cidrIpv4", *_NAMED),
        ("cidrIpv6", *_NAMED),
    ),
}
"""By type, what is asked of each."""

REFUSED: Final = {
    "aws:ec2/carrierGateway:CarrierGateway": "a way to a carrier's network",
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway": "a way to the internet",
    "aws:ec2/internetGateway:InternetGateway": "a way to the internet",
    "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment": "a way to the internet",
    "aws:ec2/natGateway:NatGateway": "a way to the internet",
}
"""Types that have no other use."""
