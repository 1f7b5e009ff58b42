"""Which IP ranges are private, and which are named narrowly enough to be somebody's."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

from policies.reading import MISSING, UNKNOWN, Tree

PRIVATE: Final = tuple(
    ip_network(range_)
    for range_ in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
NARROWEST: Final = {4: 24, 6: 48}
"""By IP version, the widest prefix of public addresses that still names one organisation."""


def private(value: Tree) -> bool:
    """Accepts a private range or address; an unknown one comes from this stack and is private.

    Addresses are not given out at preview but by resources of the stack (a VPC, a subnet), whose
    own ranges are judged.
    """
    if value is UNKNOWN:
        return True
    return lies_in(value, PRIVATE)


def named(value: Tree) -> bool:
    """Accepts what `private` does, nothing at all, and a public range of one organisation."""
    if value is MISSING or private(value):
        return True
    network = _network(value)
    return network is not None and network.prefixlen >= NARROWEST[network.version]


def lies_in(value: Tree, ranges: Iterable[IPv4Network | IPv6Network]) -> bool:
    """Tells whether a text is an address or a range within one of some ranges."""
    network = _network(value)
    return network is not None and any(
        network.version == range_.version and network.subnet_of(range_)  # type: ignore[arg-type]
        for range_ in ranges
    )


def _network(value: Tree) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(value, strict=False) if isinstance(value, str) else None
    except ValueError:
        return None
