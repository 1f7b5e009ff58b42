"""What each kind of object that opens a way out of the cluster is asked for, as a table."""

from collections.abc import Collection
from ipaddress import ip_network
from typing import Final

from policies.accepting import absent, one_of
from policies.destinations import private
from policies.judging import Demand
from policies.reading import MISSING, UNKNOWN, Tree

_RANGE: Final = (lambda value: isinstance(value, str) and private(value), "a private range")
_WORLD: Final = frozenset({"all", "world", "world-ipv4", "world-ipv6"})
_SERVICE: Final = (one_of(MISSING, "Service"), '"Service"')
_ROUTE: Final[tuple[Demand, ...]] = (
    ("spec.rules[*].backendRefs[*].kind", *_SERVICE),
    ("spec.rules[*].filters[*].requestMirror?.backendRef.kind", *_SERVICE),
)


def _some_entities(value: Tree) -> bool:
    return value is MISSING or (isinstance(value, str) and value not in _WORLD)


_ENTITIES: Final = (_some_entities, "entities of the cluster, not the world")
_CILIUM: Final[tuple[Demand, ...]] = tuple(
    demand
    for spec in ("spec?.", "specs[*].")
    for demand in (
        (f"{spec}egress[*].toCIDR[*]", *_RANGE),
        (f"{spec}egress[*].toCIDRSet[*].cidr", *_RANGE),
        (f"{spec}egress[*].toEntities[*]", *_ENTITIES),
        (f"{spec}egress[*].toFQDNs[*].matchPattern", absent, "names, no pattern"),
    )
)
_ADMIN: Final[tuple[Demand, ...]] = (("spec.egress[*].to[*].networks[*]", *_RANGE),)

BY_KIND: Final[dict[str, tuple[Demand, ...]]] = {
    "networking.k8s.io/NetworkPolicy": (
        ("spec.egress[*].to[+]", lambda value: isinstance(value, dict) and value != {}, "peers"),
        ("spec.egress[*].to[*].ipBlock?.cidr", *_RANGE),
    ),
    "cilium.io/CiliumNetworkPolicy": _CILIUM,
    "cilium.io/CiliumClusterwideNetworkPolicy": _CILIUM,
    "policy.networking.k8s.io/AdminNetworkPolicy": _ADMIN,
    "policy.networking.k8s.io/BaselineAdminNetworkPolicy": _ADMIN,
    "networking.istio.io/Sidecar": (
        ("spec.outboundTrafficPolicy.mode", one_of("REGISTRY_ONLY"), '"REGISTRY_ONLY"'),
    ),
    "networking.istio.io/ServiceEntry": (
        ("spec.hosts[+]", lambda value: isinstance(value, str) and value != "*", "hosts by name"),
    ),
    "gateway.networking.k8s.io/GRPCRoute": _ROUTE,
    "gateway.networking.k8s.io/HTTPRoute": _ROUTE,
    "gateway.networking.k8s.io/TLSRoute": _ROUTE,
}

_ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
_NARROWEST: Final = {4: 15, 6: 32}
"""By IP version, the widest range that a gateway endpoint is known to answer from."""


def proven(given: Tree, sources: Collection[str]) -> bool:
    """Tells whether a range that is not private, or not known yet, is one of this stack's own.

    Args:
        given: What a policy lets out to.
        sources: Types of the resources of this stack that the policy is made from; the empty text
            for one that is not of this stack.

    Returns:
        True for an unknown value that is made here (it is judged again once it is known), and for
        a public range of a policy made from a gateway endpoint: AWS gives its service public
        addresses, and the route table sends them through the endpoint, which is judged itself.
    """
    if given is UNKNOWN:
        return bool(sources) and "" not in sources
    if _ENDPOINT not in sources or not isinstance(given, str):
        return False
    try:
        asked = ip_network(given)
    except ValueError:
        return False
    return asked.prefixlen >= _NARROWEST[asked.version]
