"""The link to the second site: private, encrypted, and never over anybody's network abroad.

Two media are possible: a VPN, whose tunnels end in the region and at the site, or a line of one's
own (Direct Connect) that the hardware at both ends encrypts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import ec2

from components.link import direct_connect, vpn
from components.link.direct_connect import DirectConnect
from components.link.vpn import Vpn
from components.log_group import Logs
from components.tags import Tags

__all__ = ["DirectConnect", "Link", "LinkArgs", "Vpn"]

AMAZON_ASN = "64512"
"""Number of AWS's side in BGP, from the private range."""


@dataclass(frozen=True, kw_only=True)
class LinkArgs:
    """Which site is linked, and over what."""

    vpc_id: pulumi.Input[str]
    """Network on AWS's side."""
    medium: Vpn | DirectConnect
    """What carries the packets."""
    destinations: Sequence[str]
    """Ranges behind the link; 0.0.0.0/0 where the organisation's exit is behind it too."""
    routes: Mapping[str, pulumi.Input[str]]
    """Route tables that lead to the destinations, by zone; empty if a firewall stands between."""
    logs: Logs
    """How the logs of tunnels are kept."""
    tags: Tags
    """What it is for."""


class Link(pulumi.ComponentResource):
    """A private gateway of the network, linked to the other site."""

    gateway_id: pulumi.Output[str]
    """The virtual private gateway: where packets for the other site are sent."""

    def __init__(
        self, name: str, args: LinkArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make the link.

        Raises:
            ValueError: if no destination is named.
        """
        super().__init__("mizan:components:Link", name, None, opts)
        if not args.destinations:
            raise ValueError(
                "the link leads nowhere: name the ranges of the other site in `destinations`"
            )
        child = pulumi.ResourceOptions(parent=self)
        gateway = ec2.VpnGateway(
            f"{name}-gateway",
            vpc_id=args.vpc_id,
            amazon_side_asn=AMAZON_ASN,
            tags=args.tags.of(f"{name}-gateway"),
            opts=child,
        )
        match args.medium:
            case Vpn():
                vpn.build(name, args, args.medium, gateway_id=gateway.id, opts=child)
            case DirectConnect():
                direct_connect.build(name, args, args.medium, gateway_id=gateway.id, opts=child)
        for zone, table in args.routes.items():
            for destination in args.destinations:
                ec2.Route(
                    f"{name}-{zone}-{destination.replace('/', '-')}",
                    route_table_id=table,
                    destination_cidr_block=destination,
                    gateway_id=gateway.id,
                    opts=child,
                )
        self.gateway_id = gateway.id
        self.register_outputs({"gateway_id": self.gateway_id})
