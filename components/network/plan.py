"""Which addresses go where: the ranges of a virtual network, by role and zone.

Pure arithmetic. A range never moves when a zone is added behind the others, because every zone
has its place whether it is used or not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network

PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
"""The ranges of RFC 1918: what no packet on the internet carries."""

LARGEST_PREFIX, SMALLEST_PREFIX = 16, 21
"""AWS takes no network above a /16; under a /21 a load balancer's subnet is below its /27."""

ZONES = 3
"""Places for zones: each takes a quarter for its nodes, and all share the last quarter."""


class Role(StrEnum):
    """What a subnet is for."""

    NODES = "nodes"
    """Nodes and pods; a quarter of the network in each zone."""
    DATA = "data"
    """Brokers and other managed data services."""
    EDGE = "edge"
    """Load balancers."""
    ENDPOINTS = "endpoints"
    """Interfaces to the services of AWS."""
    FIREWALL = "firewall"
    """Firewall endpoints, which must stand in subnets of their own."""


@dataclass(frozen=True, kw_only=True)
class AddressPlan:
    """The ranges of one network."""

    cidr: str
    """Range of the whole network."""
    subnets: Mapping[Role, Mapping[str, str]]
    """Range of each subnet, by role and zone."""

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones, in the order in which they were given."""
        return tuple(self.subnets[Role.NODES])


def plan(cidr: str, zones: Sequence[str], taken: Mapping[str, str]) -> AddressPlan:
    """Divide a range among the zones and roles.

    Args:
        cidr: Range of the network, a /16 to a /21 of private addresses.
        zones: One to three zones. Their order is part of the plan: add new ones at the end.
        taken: Ranges that are in use where packets can reach, by what uses them.

    Raises:
        ValueError: if the range cannot hold the plan or overlaps one that is taken.
    """
    whole = _network(cidr, "the network")
    if not any(whole.subnet_of(private) for private in PRIVATE):
        raise ValueError(
            f"{cidr} is not private: take the network's range from "
            f"{', '.join(map(str, PRIVATE))} (RFC 1918)"
        )
    if not LARGEST_PREFIX <= whole.prefixlen <= SMALLEST_PREFIX:
        raise ValueError(
            f"{cidr} is a /{whole.prefixlen}: a network is a /{LARGEST_PREFIX} to a "
            f"/{SMALLEST_PREFIX}, so that AWS takes it and every subnet has room"
        )
    for user, used in taken.items():
        if whole.overlaps(_network(used, user)):
            raise ValueError(
                f"{cidr} overlaps {used} of {user}, so packets for one would reach the other: "
                "give the network a range that nothing reachable uses"
            )
    if not 1 <= len(zones) <= ZONES or len(set(zones)) < len(zones):
        raise ValueError(
            f"the zones {', '.join(zones) or '(none)'} cannot be planned: "
            f"one to {ZONES} different zones are allowed"
        )
    return AddressPlan(cidr=str(whole), subnets=_divided(whole, zones))


def _divided(whole: IPv4Network, zones: Sequence[str]) -> dict[Role, dict[str, str]]:
    *nodes, rest = whole.subnets(prefixlen_diff=2)
    found: dict[Role, dict[str, str]] = {role: {} for role in Role}
    for zone, large, shared in zip(zones, nodes, rest.subnets(prefixlen_diff=2), strict=False):
        data, edge, endpoints, firewall = shared.subnets(prefixlen_diff=2)
        found[Role.NODES][zone] = str(large)
        found[Role.DATA][zone] = str(data)
        found[Role.EDGE][zone] = str(edge)
        found[Role.ENDPOINTS][zone] = str(endpoints)
        # One address is used; AWS asks for a /28, and never more.
        found[Role.FIREWALL][zone] = str(next(firewall.subnets(new_prefix=28)))
    return found


def _network(cidr: str, user: str) -> IPv4Network:
    try:
        return IPv4Network(cidr)
    except ValueError as error:
        raise ValueError(
            f"{cidr!r}, the range of {user}, is not an IPv4 range: {error}; "
            "write it as the first address and the prefix length, such as 10.20.0.0/16"
        ) from error
