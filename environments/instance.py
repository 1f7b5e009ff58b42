"""Sizes of the machines that a cloud region offers, read from `instance_sizes.yaml`."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import yaml
from pydantic import TypeAdapter

_FACTS = Path(__file__).with_name("instance_sizes.yaml")


class InstanceSize(NamedTuple):
    """What one machine has."""

    cpus: int
    """Virtual CPUs."""
    memory_gib: float
    """Memory, GiB."""
    gpus: int
    """GPUs."""


@cache
def sizes(family: str) -> Mapping[str, InstanceSize]:
    """Return the sizes of a family, the smallest first; none for a family that is not known."""
    return _all().get(family, MappingProxyType({}))


@cache
def _all() -> Mapping[str, Mapping[str, InstanceSize]]:
    facts = yaml.safe_load(_FACTS.read_text(encoding="utf-8"))
    read = TypeAdapter(dict[str, dict[str, InstanceSize]]).validate_json(json.dumps(facts))
    return MappingProxyType({family: MappingProxyType(found) for family, found in read.items()})
