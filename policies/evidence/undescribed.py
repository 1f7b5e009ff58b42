"""What keeps data and is not told in the inventory, for the table of stores has no row for it."""

from typing import Any, Final

from policies.aws.world import WORLD
from policies.evidence.estate import Estate
from policies.evidence.tables import Store, stores
from policies.judging import Declared
from policies.kinds import KINDS
from policies.pods import objects

_KEEPS: Final = "data"
_STORES: Final = "stores"


def undescribed(estate: Estate) -> list[dict[str, Any]]:
    """Lists the types of a plan that are classified as keeping data, and that no row describes."""
    told = {type_ for type_, store in stores().items() for type_ in (type_, *_parts(store))}
    found: dict[str, list[Declared]] = {}
    for resource in estate.by_urn.values():
        if resource.type not in told and keeps(resource):
            found.setdefault(resource.type, []).append(resource)
    return [
        {
            "type": type_,
            "says": WORLD[type_].why if type_ in WORLD else "A kind that stores, in the cluster.",
            "resources": sorted(one.urn for one in ones),
        }
        for type_, ones in sorted(found.items())
    ]


def keeps(resource: Declared) -> bool:
    """Tells whether a resource is of a type, or holds an object of a kind, that keeps data."""
    known = WORLD.get(resource.type)
    if known is not None:
        return known.does == _KEEPS
    kinds = (KINDS.get(kind) for _, kind, _ in objects(resource))
    return any(kind is not None and _STORES in kind.does for kind in kinds)


def _parts(store: Store) -> list[str]:
    """Types that say something of a store, and so are told with it."""
    places = (store.key, store.retention, store.lock)
    return [*store.parts, *(place.at for place in places if place and place.at)]
