"""Which names may be asked for, and which may be reached: lists, and nothing else.

A name that is asked for is itself a message to whoever answers for its domain, so a closed network
with an open resolver still leaks.
"""

from collections.abc import Iterator
from typing import Final

from policies.boundary import Boundary

_OF_AWS: Final = (
    "amazonaws.com",
    "api.aws",
    "eks.amazonaws.com",
    "elb.amazonaws.com",
    "vpce.amazonaws.com",
    "compute.internal",
)
_REVERSE: Final = "*.in-addr.arpa"


def resolvable(region: str) -> list[str]:
    """The names that a network in the region resolves whatever runs in it, as Route 53 takes them.

    They are those under which AWS answers there, and those of machines. Services without a
    regional name (IAM, for one) are not among them: they answer from elsewhere.
    """
    return [*(f"*.{region}.{domain}" for domain in _OF_AWS), _REVERSE]


def reachable(boundary: Boundary) -> list[str]:
    """Domains outside that an environment may name, for its resolver and its firewall."""
    return sorted(entry.name for entry in boundary.domains)


def response_policy(boundary: Boundary, region: str) -> str:
    """The same lists as a response policy zone, for resolvers that are not Route 53's.

    A name that is not listed does not exist, and is asked of nobody.
    https://datatracker.ietf.org/doc/html/draft-vixie-dnsop-dns-rpz-00
    """
    listed = [*resolvable(region), *reachable(boundary)]
    # A wildcard ends where a name stands, also one that only has others below it (RFC 4592): each
    # name above a listed one, and each that is listed itself, gets a wildcard of its own.
    standing = {above for name in listed for above in _upwards(name.removeprefix("*."))}
    refused = {*standing, *(f"*.{name}" for name in standing), "*"} - set(listed)
    lines = [
        "$TTL 60",
        "@ SOA localhost. nobody.localhost. 1 60 60 60 60",
        "@ NS localhost.",
        *(f"{name} CNAME rpz-passthru." for name in listed),
        *(f"{name} CNAME ." for name in sorted(refused)),
    ]
    return "".join(f"{line}\n" for line in lines)


def _upwards(name: str) -> Iterator[str]:
    """A name and every name above it."""
    while name:
        yield name
        name = name.partition(".")[2]
