"""What may stand where an input of AWS says a place: regions, zones, zone ids, and none of them."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from policies.aws.fields import KEYS, PATHS, Kind
from policies.boundary import BOUNDARY
from policies.locations import allowed
from policies.reading import UNKNOWN, Tree

_DIRECTIONS: Final = {
    "central": "c",
    "east": "e",
    "north": "n",
    "northeast": "ne",
    "northwest": "nw",
    "south": "s",
    "southeast": "se",
    "southwest": "sw",
    "west": "w",
}
_PLACE: Final = re.compile(
    r"((?:af|ap|ca|cn|eu|eu-isoe|eusc-de|il|me|mx|sa|us|us-gov|us-iso[a-z]?)"
    rf"-(?:{'|'.join(_DIRECTIONS)})-\d+)(-[a-z]{{3}}-\d+|-wl\d+-[a-z]{{3}}-wlz-\d+)?([a-z])?",
    re.IGNORECASE,
)
_ZONE_ID: Final = re.compile(r"([a-z]{2,4}\d+)-az\d+", re.IGNORECASE)
_LIKE_A_REGION: Final = re.compile(r"region(s|_?names?)?$", re.IGNORECASE)
_LIKE_A_ZONE: Final = re.compile(r"availability_?zones?$", re.IGNORECASE)
_INDEX: Final = re.compile(r"\[\d+\]")


def short(region: str) -> str:
    """Gives what the ids of a region's zones begin with: ``mec1`` of ``me-central-1``."""
    area, *direction, number = region.split("-")
    return area + "".join(_DIRECTIONS.get(one, one) for one in direction) + number


_SHORT: Final = frozenset(map(short, BOUNDARY.region_names))


@lru_cache(maxsize=4096)
def foreign_place(text: str) -> bool:
    """Tells whether a whole text is the name of a region, a zone or a zone id not allowed."""
    place = _PLACE.fullmatch(text)
    if place is not None:
        return not allowed(place[1]) or place[2] is not None
    zone = _ZONE_ID.fullmatch(text)
    return zone is not None and zone[1] not in _SHORT


def kind(type_: str, path: str) -> Kind | None:
    """Tells what an input is by the table, or by its name where the table does not know it."""
    own = PATHS.get(type_)
    if own is not None:
        found = own.get(_INDEX.sub("[]", path)) or own.get(_INDEX.sub("", path))
        if found is not None:
            return found
    return _by_name(path.rpartition(".")[2].partition("[")[0])


@lru_cache(maxsize=4096)
def _by_name(key: str) -> Kind | None:
    known = KEYS.get(key)
    if known is None and _LIKE_A_REGION.search(key):
        return "region"
    if known is None and _LIKE_A_ZONE.search(key):
        return "zone"
    return known


def _region(value: Tree) -> bool:
    return value is None or value is False or (isinstance(value, str) and allowed(value))


def _zone(value: Tree) -> bool:
    # A zone is one of the resource's own region, so an unknown one is as good as that.
    named = isinstance(value, str) and allowed(value[:-1]) and value[-1:].isalpha()
    return value is None or value is UNKNOWN or named


def _zone_id(value: Tree) -> bool:
    found = _ZONE_ID.fullmatch(value) if isinstance(value, str) else None
    return value is None or value is UNKNOWN or (found is not None and found[1] in _SHORT)


def _closed(value: Tree) -> bool:
    return value is None or value is False or value == "false"


def _inside(value: Tree) -> bool:
    return value in (None, "", "CLOUD")


_REGIONS: Final = " or ".join(sorted(BOUNDARY.region_names))
ACCEPTED: Final[Mapping[str, tuple[Callable[[Tree], bool], str]]] = {
    "region": (_region, f"region {_REGIONS}"),
    "zone": (_zone, f"a zone of region {_REGIONS}"),
    "zone_id": (_zone_id, f"a zone id that begins with {' or '.join(sorted(_SHORT))}"),
    "opens": (_closed, f"false, for region {_REGIONS} only"),
    "outside": (_inside, f"nothing: a place of region {_REGIONS} itself, in the country"),
}
"""By kind, what is accepted there, and that in words."""
