"""Which namespace a Kubernetes object is in, and which namespaces deny all by default."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from policies.judging import Declared
from policies.pods import objects
from policies.reading import MISSING, UNKNOWN, Tree, field, find

NAMESPACE: Final = "core/Namespace"
NETWORK_POLICY: Final = "networking.k8s.io/NetworkPolicy"


@dataclass(frozen=True)
class Place:
    """A namespace by what is known of it: its name, or the resource that its name comes from."""

    name: Tree
    urn: str | None = None

    def is_same_as(self, other: "Place") -> bool:
        """Tells whether two places are provably one; an unknown proves nothing by itself."""
        by_name = isinstance(self.name, str) and self.name == other.name
        return by_name or (self.urn is not None and self.urn == other.urn)


def declared(resources: list[Declared]) -> Iterator[tuple[Declared, str, Place]]:
    """Yields each namespace that the stack makes: resource, path of its name, place."""
    for resource in resources:
        for place, kind, item in objects(resource):
            if kind == NAMESPACE:
                for path, name in find(item, "metadata.name", place):
                    yield resource, path, Place(name, resource.urn)


def of(resource: Declared, item: Tree, namespaces: frozenset[str]) -> Place:
    """Tells which namespace an object is placed in.

    Args:
        resource: The resource that holds the object.
        item: The object.
        namespaces: URNs of the namespaces that the stack makes.

    Returns:
        The place by name; where the name is not known yet, by the one namespace it derives from.
    """
    ((_, name),) = find(item, "metadata.namespace")
    if name is MISSING:
        inherited = field(resource.provider_props, "namespace")
        name = "default" if inherited is MISSING else inherited
    if name is not UNKNOWN:
        return Place(name)
    sources = set(resource.derived_from.get("metadata", ())) & namespaces
    return Place(name, sources.pop() if len(sources) == 1 else None)


def denying(resources: list[Declared], namespaces: frozenset[str]) -> list[Place]:
    """Finds the places where a NetworkPolicy denies everything, both ways."""
    return [
        of(resource, item, namespaces)
        for resource in resources
        for _, kind, item in objects(resource)
        if kind == NETWORK_POLICY and _denies_all(field(item, "spec"))
    ]


def _denies_all(spec: Tree) -> bool:
    """Tells whether a policy selects every pod, covers both directions and allows nothing."""
    selector = field(spec, "podSelector")
    kinds = field(spec, "policyTypes")
    everything = isinstance(selector, dict) and not any(
        value not in (None, {}, []) for value in selector.values()
    )
    both_ways = isinstance(kinds, list) and {"Ingress", "Egress"} <= {
        kind for kind in kinds if isinstance(kind, str)
    }
    silent = all(field(spec, side) in (MISSING, []) for side in ("ingress", "egress"))
    return everything and both_ways and silent
