"""A line of one's own to the region, encrypted by the hardware at both ends (MACsec)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_aws import directconnect

if TYPE_CHECKING:
    from components.link import LinkArgs


@dataclass(frozen=True, kw_only=True)
class DirectConnect:
    """A dedicated connection from a location in the country."""

    location: str
    """Code of the location, as AWS names it. It must be in the country."""
    bandwidth: str
    """`10Gbps`, `100Gbps` or `400Gbps`: slower ports do not encrypt."""
    macsec_secret_arn: pulumi.Input[str]
    """Secret with the key pair (CKN and CAK) that both ends hold."""
    vlan: int
    """VLAN of the private interface."""
    asn: str
    """Number of the other site in BGP; a private one (`65010`)."""


ENCRYPTING = ("10Gbps", "100Gbps", "400Gbps")


def build(
    name: str,
    args: "LinkArgs",
    medium: DirectConnect,
    *,
    gateway_id: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> None:
    """Order the line, demand that it encrypts, and end it at the network's own gateway.

    It ends there and not at a Direct Connect gateway, because that one is global.

    Raises:
        ValueError: if the port is one that does not encrypt.
    """
    if medium.bandwidth not in ENCRYPTING:
        raise ValueError(
            f"a port of {medium.bandwidth} has no MACsec; allowed is one of {', '.join(ENCRYPTING)}"
        )
    line = directconnect.Connection(
        f"{name}-line",
        location=medium.location,
        bandwidth=medium.bandwidth,
        request_macsec=True,
        encryption_mode="must_encrypt",
        tags=args.tags.of(f"{name}-line"),
        opts=opts,
    )
    directconnect.MacsecKeyAssociation(
        f"{name}-line",
        connection_id=line.id,
        secret_arn=medium.macsec_secret_arn,
        opts=opts,
    )
    directconnect.PrivateVirtualInterface(
        f"{name}-line",
        connection_id=line.id,
        vpn_gateway_id=gateway_id,
        vlan=medium.vlan,
        address_family="ipv4",
        bgp_asn=int(medium.asn),
        sitelink_enabled=False,
        tags=args.tags.of(f"{name}-line"),
        opts=pulumi.ResourceOptions(parent=opts.parent, additional_secret_outputs=["bgpAuthKey"]),
    )
