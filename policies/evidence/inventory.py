"""Where data lie: each store of a plan with its place, key, retention, lock and recipients."""

import re
from collections.abc import Iterator
from typing import Any, Final

from policies.evidence.environment import Site
from policies.evidence.estate import Estate, component, kind, scalars, tag
from policies.evidence.tables import Place, Store, stores
from policies.judging import Declared
from policies.reading import MISSING, UNKNOWN, Tree, field, find

_KEYS: Final = (
    "aws:kms/key:Key",
    "aws:kms/replicaKey:ReplicaKey",
    "aws:kms/externalKey:ExternalKey",
)
_CLASSES: Final = "kubernetes:storage.k8s.io/v1:StorageClass"
_LATER: Final = "known after apply"


def inventory(estate: Estate, site: Site) -> list[dict[str, Any]]:
    """Lists every store of a plan, by type and name."""
    found = [
        _entry(estate, site, resource, store)
        for type_, store in sorted(stores().items())
        for resource in estate.of(type_)
        if store.where is None or _declared(resource, store.where)
    ]
    return sorted(found, key=lambda one: (one["type"], one["name"], one["urn"]))


def _declared(resource: Declared, path: str) -> bool:
    return any(value not in (MISSING, []) for _, value in find(resource.props, path))


def _entry(estate: Estate, site: Site, resource: Declared, store: Store) -> dict[str, Any]:
    return {
        "urn": resource.urn,
        "type": resource.type,
        "name": resource.name,
        "holds": store.holds,
        "place": place(resource, site),
        "workload": tag(resource, "workload"),
        "data_class": tag(resource, "data-class"),
        "key": _key(estate, resource, store.key),
        "retention": _said(estate, resource, store.retention),
        "lock": _said(estate, resource, store.lock),
        "recipients": _recipients(estate, resource, store),
    }


def place(resource: Declared, site: Site) -> str:
    """The region of a cloud resource, or the site that the cluster of an object stands at."""
    for tree in (resource.props, resource.provider_props):
        region = field(tree, "region")
        if region is UNKNOWN:
            return f"region {_LATER}"
        if isinstance(region, str):
            return region
    return f"{site.name} ({site.country})" if site.country else site.name


def _tellers(estate: Estate, resource: Declared, where: Place) -> Iterator[Declared]:
    if where.at is None:
        yield resource
    elif where.of is not None:
        yield from estate.sources(resource, where.of, where.at)
    else:
        for other in estate.of(where.at):
            if where.by is None or resource.urn in other.derived_from.get(where.by, ()):
                yield other


def _said(estate: Estate, resource: Declared, where: Place | None) -> str | None:
    if where is None:
        return None
    values = [
        value
        for teller in _tellers(estate, resource, where)
        for _, value in find(teller.props, where.path)
    ]
    if where.read is not None:
        values = [match for value in scalars(values) for match in re.findall(where.read, value)]
    said = sorted(set(scalars(values)), key=lambda one: (len(one), one))
    if not said:
        return _LATER if UNKNOWN in values else None
    return f"{', '.join(said)} {where.unit or ''}".strip()


def _key(estate: Estate, resource: Declared, where: Place | None) -> str | None:
    if where is None:
        return None
    top = re.split(r"[.\[?]", where.path)[0]
    tellers = list(_tellers(estate, resource, where))
    made_from = [key.name for teller in tellers for key in estate.sources(teller, top, *_KEYS)]
    if made_from:
        return ", ".join(sorted(set(made_from)))
    values = [value for teller in tellers for _, value in find(teller.props, where.path)]
    classes = {_name(one): one for one in estate.of(_CLASSES)}
    named = [_of_class(classes.get(value), value, estate) for value in sorted(scalars(values))]
    return ", ".join(dict.fromkeys(named)) or (_LATER if UNKNOWN in values else None)


def _of_class(found: Declared | None, name: str, estate: Estate) -> str:
    if found is None:
        return name
    keys = [key.name for key in estate.sources(found, "parameters", *_KEYS)]
    provisioner = "".join(scalars([field(found.props, "provisioner")]))
    return f"{name} ({', '.join(keys) or provisioner})"


def _name(resource: Declared) -> Tree:
    return field(field(resource.props, "metadata"), "name")


def _recipients(estate: Estate, resource: Declared, store: Store) -> list[str]:
    found = set()
    for user in estate.users(resource.urn):
        if user.type in store.parts or user.type.startswith(("pulumi:", "mizan:")):
            continue
        if store.only and user.type not in store.only:
            continue
        roles = estate.sources(user, "role", "aws:iam/role:Role")
        who = roles[0] if user.type == "aws:iam/rolePolicy:RolePolicy" and roles else user
        owner = component(who)
        found.add(f"{kind(who)} {who.name}" + (f" of {owner}" if owner else ""))
    return sorted(found)
