"""Who may reach a machine is named: private ranges, other groups, or the range of one partner."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.addresses import named
from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.reading import field

_DEMAND: Final = (named, "a private range, or a public one of at most /24 (IPv4) or /48 (IPv6)")
_GROUP: Final[tuple[Demand, ...]] = (
    ("ingress[*].cidrBlocks[*]", *_DEMAND),
    ("ingress[*].ipv6CidrBlocks[*]", *_DEMAND),
)

TYPES: Final[dict[str, tuple[Demand, ...]]] = {
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _GROUP,
    "aws:ec2/managedPrefixList:ManagedPrefixList": (("entries[*].cidr", *_DEMAND),),
    "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry": (("cidr", *_DEMAND),),
    "aws:ec2/securityGroup:SecurityGroup": _GROUP,
    "aws:ec2/securityGroupRule:SecurityGroupRule": (
        ("cidrBlocks[*]", *_DEMAND),
        ("ipv6CidrBlocks[*]", *_DEMAND),
    ),
    "aws:eks/cluster:Cluster": (("vpcConfig.publicAccessCidrs[*]", *_DEMAND),),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (
        ("cidrIpv4", *_DEMAND),
        ("cidrIpv6", *_DEMAND),
    ),
}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the ranges that may come in; a rule for traffic that leaves has a rule of its own."""
    if field(resource.props, "type") != "egress":
        yield from unmet(resource.props, TYPES.get(resource.type, ()))


policy = resource_rule(
    __name__,
    description="Who may reach a machine is named.",
    severity=Severity.CRITICAL,
    remediation="name a private range, a security group, or the range of the one who calls.",
    judge=judge,
)
