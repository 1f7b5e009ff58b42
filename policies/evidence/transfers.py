"""Who processes what, and what leads out: the register of processing, and the doors of a plan."""

from collections.abc import Iterator
from typing import Any

from policies.evidence.environment import Environment
from policies.evidence.estate import Estate, scalars, tag
from policies.evidence.inventory import place
from policies.evidence.tables import Door, doors
from policies.judging import Declared
from policies.reading import UNKNOWN, Tree, find


def register(entries: list[dict[str, Any]], crossings: dict[str, int]) -> list[dict[str, Any]]:
    """Groups the inventory by purpose: one entry for each workload and class of data.

    Args:
        entries: The inventory.
        crossings: URN to how many findings on residency there are.
    """
    grouped: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for entry in entries:
        purpose = (entry["workload"] or "not said", entry["data_class"] or "not said")
        grouped.setdefault(purpose, []).append(entry)
    return [
        {
            "workload": workload,
            "data_class": data_class,
            "stores": [f"{one['name']} ({one['holds']})" for one in found],
            "places": sorted({one["place"] for one in found}),
            "keys": sorted({one["key"] for one in found if one["key"]}),
            "retention": sorted({one["retention"] for one in found if one["retention"]}),
            "recipients": sorted({who for one in found for who in one["recipients"]}),
            "crossings": sum(crossings.get(one["urn"], 0) for one in found),
        }
        for (workload, data_class), found in sorted(grouped.items())
    ]


def ways_out(
    estate: Estate, environment: Environment, stack: str, crossings: dict[str, int]
) -> list[dict[str, Any]]:
    """Lists what of a plan leads out of its site, and where to."""
    site = environment.site_of(stack)
    found: list[dict[str, Any]] = [
        {
            "urn": resource.urn,
            "type": resource.type,
            "name": resource.name,
            "leads": door.leads,
            "from": place(resource, site),
            "to": targets,
            "workload": tag(resource, "workload"),
            "crossings": crossings.get(resource.urn, 0),
        }
        for type_, door in sorted(doors().items())
        for resource in estate.of(type_)
        if door.when is None or any(door.when in text for _, text in resource.texts)
        # One that names no target, such as a policy that only denies, leads nowhere.
        if (targets := _targets(estate, resource, door)) or not door.to
    ]
    return sorted(found, key=lambda one: (one["type"], one["name"], one["urn"]))


def _targets(estate: Estate, resource: Declared, door: Door) -> list[str]:
    values = [(path, value) for path in door.to for _, value in find(resource.props, path)]
    if door.said_by is not None:
        path = door.said_by.path
        tellers = [one for one in estate.users(resource.urn) if one.type == door.said_by.at]
        values += [(path, value) for one in tellers for _, value in find(one.props, path)]
    return sorted({text for path, value in values for text in _told(path, value)})


def _told(path: str, value: Tree) -> Iterator[str]:
    name = path.rpartition(".")[2].replace("[*]", "").replace("?", "")
    if value is UNKNOWN:
        yield f"{name} known after apply"
    for text in scalars([value]):
        yield f"{name} {text}"
