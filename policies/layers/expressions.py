"""Pieces of the language (CEL) in which the API server judges what it is asked to keep.

https://kubernetes.io/docs/reference/using-api/cel/
"""

import json
import re
from collections.abc import Iterable
from typing import Final

from policies.boundary import Boundary

PRIVATE: Final = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "169.254.170.23/32",
    "fc00::/7",
)
"""Addresses that lead nowhere outside: private ones (RFC 1918, RFC 6598, RFC 4193), and the agent
of EKS on the node that hands out credentials."""
OUTSIDE: Final = '"<outside-blocks>"'
"""Address blocks besides: those of a cloud's store behind its gateway; nothing where there is none.

They are the provider's to say, so whoever deploys fills them in.
"""

_LISTS: Final = ("containers", "initContainers", "ephemeralContainers")


def listed(values: Iterable[str]) -> str:
    """A list of texts."""
    return "[" + ", ".join(json.dumps(value) for value in values) + "]"


def every_container(demand: str) -> str:
    """A demand on each container `c` of a pod; the three lists are of three types."""
    return " && ".join(
        f"(!has(object.spec.{name}) || object.spec.{name}.all(c, {demand}))" for name in _LISTS
    )


def image(boundary: Boundary) -> str:
    """The regular expression of an image by digest in an allowed registry."""
    hosts = "|".join(
        re.escape(entry.host) if entry.host else str(entry.host_pattern)
        for entry in boundary.registries
    )
    return f"^({hosts})/[^@]+@sha256:[0-9a-f]{{64}}$"


def inside(block: str) -> str:
    """Whether an address block is private, or one that was filled in."""
    return (
        f"variables.blocks.exists(allowed, isCIDR({block}) && cidr(allowed).containsCIDR({block}))"
    )


def address_inside(address: str) -> str:
    """Whether an address is."""
    return (
        f"variables.blocks.exists(allowed, isIP({address}) && cidr(allowed).containsIP({address}))"
    )


def blocks() -> str:
    """The address blocks that `inside` looks through."""
    return f"{listed(PRIVATE)} + [{OUTSIDE}]"
