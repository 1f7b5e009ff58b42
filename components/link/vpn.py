"""A site-to-site VPN of two tunnels, with nothing but strong cryptography on offer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi_aws import ec2

if TYPE_CHECKING:
    from components.link import LinkArgs

DH_GROUPS = [20, 21]
"""NIST P-384 and P-521."""
CIPHER = "AES256-GCM-16"
INTEGRITY = ["SHA2-384", "SHA2-512"]


@dataclass(frozen=True, kw_only=True)
class Vpn:
    """A VPN to a gateway of the other site."""

    address: str
    """Public IPv4 address of the other site's gateway, which must stand in the country."""
    asn: str
    """Number of the other site in BGP; a private one (`65010`)."""


def tunnel(log_group_arn: pulumi.Input[str]) -> dict[str, Any]:
    """What both sides of one tunnel agree on; nothing weaker is offered."""
    return {
        "ike_versions": ["ikev2"],
        "phase1_encryption_algorithms": [CIPHER],
        "phase1_integrity_algorithms": INTEGRITY,
        "phase1_dh_group_numbers": DH_GROUPS,
        "phase2_encryption_algorithms": [CIPHER],
        "phase2_integrity_algorithms": INTEGRITY,
        "phase2_dh_group_numbers": DH_GROUPS,
        # AWS opens the tunnel, and opens it again when the other side is gone.
        "startup_action": "start",
        "dpd_timeout_action": "restart",
        # AWS replaces an end point when the operator says so, not when it likes to.
        "enable_tunnel_lifecycle_control": True,
        "log_options": {
            "cloudwatch_log_options": {
                "log_enabled": True,
                "log_group_arn": log_group_arn,
                "log_output_format": "json",
            }
        },
    }


def build(
    name: str,
    args: "LinkArgs",
    medium: Vpn,
    *,
    gateway_id: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> None:
    """Connect the gateway to the other site's by two tunnels that carry the destinations.

    The tunnels end in the region. Acceleration stays off: it would enter AWS's network at the
    edge location that is nearest, which may be abroad.
    """
    peer = ec2.CustomerGateway(
        f"{name}-peer",
        type="ipsec.1",
        ip_address=medium.address,
        bgp_asn=medium.asn,
        tags=args.tags.of(f"{name}-peer"),
        opts=opts,
    )
    logs = args.logs.group(f"{name}-tunnels", opts)
    agreed = tunnel(logs.arn)
    connection = ec2.VpnConnection(
        f"{name}-vpn",
        type="ipsec.1",
        vpn_gateway_id=gateway_id,
        customer_gateway_id=peer.id,
        static_routes_only=True,
        # AWS makes the shared keys and keeps them in Secrets Manager: they are in no state file.
        preshared_key_storage="SecretsManager",
        tags=args.tags.of(f"{name}-vpn"),
        opts=opts,
        **{f"tunnel{number}_{key}": value for number in (1, 2) for key, value in agreed.items()},
    )
    for destination in args.destinations:
        ec2.VpnConnectionRoute(
            f"{name}-{destination.replace('/', '-')}",
            vpn_connection_id=connection.id,
            destination_cidr_block=destination,
            opts=opts,
        )
