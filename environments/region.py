"""Cloud regions inside the country, read from the facts in `regions.yaml`."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import yaml
from pydantic import TypeAdapter

from environments.section import FrozenMap, Section

_FACTS = Path(__file__).with_name("regions.yaml")


class InstanceFamily(Section):
    """A family of instance types, and the physical zones that offer it."""

    zones: tuple[str, ...]
    architecture: Literal["x86_64", "arm64"]
    encrypts: bool
    accelerator: str | None = None
    single_zone: bool = False


class Region(Section):
    """A cloud region: its zones, its own registry domain, what it offers and what it lacks."""

    provider: str
    title: str
    country: str
    registry: str
    zones: FrozenMap[str, str]
    families: FrozenMap[str, InstanceFamily]
    absent: FrozenMap[str, str]

    def offered(self, *, accelerated: bool, zone_id: str | None = None) -> tuple[str, ...]:
        """Name the usable families with or without a GPU, in one physical zone or anywhere.

        Families that leave traffic between nodes in plain text are not usable.
        """
        return tuple(
            name
            for name, family in self.families.items()
            if family.encrypts
            and bool(family.accelerator) is accelerated
            and (zone_id is None or zone_id in family.zones)
        )


@cache
def regions() -> Mapping[str, Region]:
    """Return every cloud region in which an environment may stand, by its name."""
    facts = yaml.safe_load(_FACTS.read_text(encoding="utf-8"))
    return MappingProxyType(TypeAdapter(dict[str, Region]).validate_json(json.dumps(facts)))
