"""Which names may be asked for, and which may be reached: lists, and nothing else.

A name that is asked for is itself a message to whoever answers for its domain, so a closed network
with an open resolver still leaks.
"""

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
