"""The network: private subnets that nothing on the internet reaches, and that reach nothing there.

There is no internet gateway, no address translation and no public address, and the account refuses
them. AWS's own services are reached through endpoints that serve this account only; names outside
a list are not resolved; every flow and every question for a name is logged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_aws import ec2

from components.log_group import Logs
from components.network import endpoints, flow_logs, name_resolution
from components.network.plan import AddressPlan, Role, plan
from components.tags import Tags

__all__ = ["AddressPlan", "Network", "NetworkArgs", "Role", "plan"]

ROUTED = (Role.NODES, Role.DATA, Role.EDGE, Role.ENDPOINTS)
"""Roles whose subnets this component makes; a firewall brings its own."""


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """Which ranges the network has, and what may be reached from it."""

    plan: AddressPlan
    """Ranges by role and zone, from `plan()`."""
    services: Sequence[str]
    """AWS services that get an interface endpoint, as AWS names them (`ecr.api`, `sts`)."""
    endpoint_zones: Sequence[str]
    """Zones in which these endpoints stand. One is cheap, and each more survives a zone's loss."""
    resolvable: Sequence[str]
    """Names that may be resolved, those of AWS among them (`*.bank.example`)."""
    endpoint_policies: Mapping[str, Mapping[str, Any]]
    """Policy of the endpoint of `s3` and of each service, as a document."""
    logs: Logs
    """How flow and resolver logs are kept."""
    account: str
    """Number of the account."""
    region: str
    """Region of the network."""
    tags: Tags
    """What it is for."""
    remote: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Address blocks (CIDR) behind a link that may reach the endpoint of a service too."""


class Network(pulumi.ComponentResource):
    """Private subnets by role and zone, with endpoints for AWS's services and no other way out."""

    vpc_id: pulumi.Output[str]
    cidr: str
    subnet_ids: Mapping[Role, Mapping[str, pulumi.Output[str]]]
    """By role and zone; there are no firewall subnets here."""
    route_table_ids: Mapping[str, pulumi.Output[str]]
    """By zone: the one route table of all subnets of that zone."""
    s3_endpoint_id: pulumi.Output[str]
    """Gateway through which objects pass."""
    s3_blocks: pulumi.Output[Sequence[str]]
    """Address blocks (CIDR) of S3 behind that gateway."""

    def __init__(
        self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make the network.

        Raises:
            ValueError: if an endpoint is asked for in a zone that the plan lacks, or opened to a
                link and not made, or has no policy.
        """
        super().__init__("mizan:components:Network", name, None, opts)
        _check_zones(args)
        child = pulumi.ResourceOptions(parent=self)
        self.cidr = args.plan.cidr
        vpc = ec2.Vpc(
            f"{name}-vpc",
            cidr_block=args.plan.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=args.tags.of(f"{name}-vpc"),
            opts=child,
        )
        self.vpc_id = vpc.id
        _close(name, vpc, args.tags, child)
        self.route_table_ids = {
            zone: ec2.RouteTable(
                f"{name}-{zone}",
                vpc_id=vpc.id,
                tags=args.tags.of(f"{name}-{zone}"),
                opts=child,
            ).id
            for zone in args.plan.zones
        }
        self.subnet_ids = {role: self._subnets(name, role, args) for role in ROUTED}
        flow_logs.build(name, vpc.id, args, child)
        name_resolution.build(name, vpc.id, args, child)
        place = endpoints.Place(
            vpc_id=vpc.id,
            subnet_ids=[self.subnet_ids[Role.ENDPOINTS][zone] for zone in args.endpoint_zones],
            route_table_ids=list(self.route_table_ids.values()),
        )
        gateway = endpoints.build(name, args, place, child)
        self.s3_endpoint_id = gateway.id
        self.s3_blocks = gateway.cidr_blocks
        self.register_outputs({"vpc_id": self.vpc_id, "cidr": self.cidr})

    def _subnets(
        self, name: str, role: Role, args: NetworkArgs
    ) -> Mapping[str, pulumi.Output[str]]:
        child = pulumi.ResourceOptions(parent=self)
        found = {}
        for zone, cidr in args.plan.subnets[role].items():
            subnet = ec2.Subnet(
                f"{name}-{role}-{zone}",
                vpc_id=self.vpc_id,
                cidr_block=cidr,
                availability_zone=zone,
                map_public_ip_on_launch=False,
                tags=args.tags.of(f"{name}-{role}-{zone}"),
                opts=child,
            )
            ec2.RouteTableAssociation(
                f"{name}-{role}-{zone}",
                subnet_id=subnet.id,
                route_table_id=self.route_table_ids[zone],
                opts=child,
            )
            found[zone] = subnet.id
        return found


def _check_zones(args: NetworkArgs) -> None:
    unknown = [zone for zone in args.endpoint_zones if zone not in args.plan.zones]
    if unknown or not args.endpoint_zones:
        raise ValueError(
            f"endpoint_zones are {', '.join(args.endpoint_zones) or '(none)'}; allowed are one or "
            f"more of the plan's zones {', '.join(args.plan.zones)}"
        )


def _close(name: str, vpc: ec2.Vpc, tags: Tags, opts: pulumi.ResourceOptions) -> None:
    """Shut what AWS leaves open in a new network, and the account's way to the internet."""
    ec2.DefaultSecurityGroup(
        f"{name}-default",
        vpc_id=vpc.id,
        ingress=[],
        egress=[],
        tags=tags.of(f"{name}-default"),
        opts=opts,
    )
    ec2.DefaultRouteTable(
        f"{name}-default",
        default_route_table_id=vpc.default_route_table_id,
        routes=[],
        tags=tags.of(f"{name}-default"),
        opts=opts,
    )
    # It holds for all networks of the account in the region: an account serves one environment.
    ec2.VpcBlockPublicAccessOptions(
        f"{name}-no-internet", internet_gateway_block_mode="block-bidirectional", opts=opts
    )
