"""Everything that the stand-in holds now, found without knowing any service.

Moto keeps each service's things in dictionaries of a backend, by id, ARN or name. These are walked,
so that what nobody deletes is seen whatever it is; what lies inside a thing goes with it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from moto.core.base_backend import BackendDict
from moto.utilities.tagging_service import TaggingService

DEPTH: Final = 3
NAMES: Final = ("arn", "id", "name", "physical_resource_id")
STATES: Final = ("key_state", "status", "state")
NO_THINGS: Final = frozenset({"tagger", "tags", "tagging_service"})
"""Attributes of backends that say something of things kept elsewhere."""
INSIDE: Final[Mapping[str, tuple[str, ...]]] = {"Cluster": ("nodegroups", "fargate_profiles")}
"""Kind -> attributes with things of their own, which do not go with it."""

HOLDING: Final[Mapping[str, str]] = {"PermissionCatalog": "permissions"}
"""Kind that is nothing but what it holds -> attribute with that."""

Thing = dict[str, Any]


def things(kept: Iterable[tuple[str, str, str, Mapping[str, Any]]]) -> list[Thing]:
    """All things: service, kind, key, names, tags, state and network of each.

    Args:
        kept: Service, region, kind and content of each record that moto lacks.
    """
    found = [_kept(*one) for one in kept]
    for service, region, backend in _backends():
        tags = _tags(backend)
        for store, value in list(vars(backend).items()):
            if store not in NO_THINGS and not store.startswith("_"):
                for key, thing in _walked(value, ()):
                    found.append(_told(service, region, store, key, thing, tags))
    return found


def _kept(service: str, region: str, kind: str, record: Mapping[str, Any]) -> Thing:
    names = {
        value
        for name, value in record.items()
        if isinstance(value, str) and name.lower().endswith(("arn", "id", "name", "key"))
    }
    tags = next((record[one] for one in ("tags", "Tags", "TagList") if one in record), None)
    state = next((str(record[one]) for one in ("status", "Status", "state") if one in record), "")
    return {
        "service": service, "region": region, "store": kind, "kind": kind,
        "key": str(record.get("__key", "")), "names": sorted(names),
        "tags": dict(_plain_tags(tags)), "state": state, "network": "",
    }  # fmt: skip


def _backends() -> Iterator[tuple[str, str, Any]]:
    for service in list(BackendDict._instances):  # noqa: SLF001 - moto has no door to all of them
        for regions in list(service.values()):
            for region, backend in list(regions.items()):
                yield service.service_name, region, backend


def _walked(value: Any, way: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """The things of a store, each with its key."""
    if not isinstance(value, dict) or len(way) >= DEPTH:
        return
    for key, item in list(value.items()):
        if isinstance(item, dict):
            yield from _walked(item, (*way, str(key)))
        elif type(item).__module__.startswith("moto.") and not _emptied(item):
            yield "/".join((*way, str(key))), item
            for inner in INSIDE.get(type(item).__name__, ()):
                yield from _walked(getattr(item, inner, None), (*way, str(key), inner))


def _emptied(thing: Any) -> bool:
    """Whether a thing only holds others, and holds none."""
    holds = HOLDING.get(type(thing).__name__)
    return holds is not None and not getattr(thing, holds)


def _tags(backend: Any) -> Mapping[str, Mapping[str, str]]:
    """ARN or id -> tags, as far as the backend keeps them apart from the things."""
    found: dict[str, Mapping[str, str]] = {}
    for value in vars(backend).values():
        if isinstance(value, TaggingService):
            found.update({who: dict(value.get_tag_dict_for_resource(who)) for who in value.tags})
    apart = vars(backend).get("tags")
    if isinstance(apart, dict):
        found.update({who: tags for who, tags in apart.items() if isinstance(tags, dict)})
    return found


def _told(  # noqa: PLR0913, PLR0917 - each of these is a plain fact of one thing
    service: str,
    region: str,
    store: str,
    key: str,
    thing: Any,
    tags: Mapping[str, Mapping[str, str]],
) -> Thing:
    kind = type(thing).__name__
    names = {key, key.rpartition("/")[2]}
    own = vars(thing) if hasattr(thing, "__dict__") else {}
    for name in (*NAMES, *(one for one in own if one.endswith("_arn") and one[:-4] in store)):
        value = _asked(thing, name)
        if isinstance(value, str) and value:
            names.add(value)
    found = dict(_plain_tags(_asked(thing, "tags")))
    for name in names:
        found.update(tags.get(name, {}))
    state = next((value for one in STATES if isinstance(value := _asked(thing, one), str)), "")
    if _asked(thing, "deletion_date") is not None and not state:
        state = "deleted"  # moto keeps it to say when it went
    return {
        "service": service, "region": region, "store": store, "kind": kind, "key": key,
        "names": sorted(names), "tags": found, "state": state,
        "network": str(_asked(thing, "vpc_id") or ""),
    }  # fmt: skip


def _asked(thing: Any, name: str) -> Any:
    try:
        return getattr(thing, name, None)
    except Exception:  # noqa: BLE001 - a property of a half-made thing
        return None


def _plain_tags(tags: Any) -> Iterator[tuple[str, str]]:
    if isinstance(tags, dict):
        yield from ((str(key), str(value)) for key, value in tags.items())
    elif isinstance(tags, list):
        for pair in tags:
            if isinstance(pair, dict):
                by_name = {str(key).lower(): value for key, value in pair.items()}
                if "key" in by_name:
                    yield str(by_name["key"]), str(by_name.get("value", ""))
