"""What could not be judged from a plan: values that are not known yet, and what no plan shows."""

from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import TypeAdapter

from policies.evidence.estate import Estate
from policies.frameworks.framework import Data, Text
from policies.judging import Declared
from policies.reading import UNKNOWN

_INVISIBLE: Final = Path(__file__).resolve().with_name("invisible.yaml")


class Invisible(Data):
    """Something that leaves no trace in a plan."""

    what: Text
    against: Text


def invisible() -> list[dict[str, str]]:
    """What no plan shows, and what stands against it."""
    written = yaml.safe_load(_INVISIBLE.read_text(encoding="utf-8"))
    return [one.model_dump() for one in TypeAdapter(list[Invisible]).validate_python(written)]


def unknown(estate: Estate) -> list[dict[str, Any]]:
    """Lists each property that holds a value not known before apply, and what it is made from."""
    found = []
    for urn, resource in sorted(estate.by_urn.items()):
        paths = _unknown_paths(resource)
        for property_ in sorted({path.split(".")[0].split("[")[0] for path in paths}):
            sources = sorted(set(resource.derived_from.get(property_, ())))
            found.append(
                {
                    "urn": urn,
                    "type": resource.type,
                    "name": resource.name,
                    "property": property_,
                    "values": sum(_is_of(path, property_) for path in paths),
                    "made_from": [one for one in sources if one in estate.by_urn],
                }
            )
    return found


def by_type(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sums the list up by type and property."""
    grouped: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in found:
        grouped.setdefault((one["type"], one["property"]), []).append(one)
    return [
        {
            "type": type_,
            "property": property_,
            "resources": len(ones),
            "values": sum(one["values"] for one in ones),
            "made_from": sorted(
                {
                    source.split("::")[-2].rpartition(":")[2]
                    for one in ones
                    for source in one["made_from"]
                }
            ),
            "unproven": sum(not one["made_from"] for one in ones),
        }
        for (type_, property_), ones in sorted(grouped.items())
    ]


def _unknown_paths(resource: Declared) -> list[str]:
    return [path for path, value in resource.leaves if value is UNKNOWN]


def _is_of(path: str, property_: str) -> bool:
    return path.split(".", maxsplit=1)[0].split("[", maxsplit=1)[0] == property_
