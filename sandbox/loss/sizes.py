"""The environment as a rehearsal of the loss brings it up: the same, in other sizes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

SIZES: Final = Path(__file__).with_name("sizes.yaml")


def lowered(facts: Mapping[str, Any], path: Path = SIZES) -> dict[str, Any]:
    """What an environment's file says, with other sizes."""
    changes: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return merged(facts, changes)


def raised(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The same with one more pod at the second site: room for everybody's clients."""
    serving = facts["sites"]["recovery"]["takeover"]["workloads"]["serving"]
    more = {"replicas_min": serving["replicas_min"] + 1}
    return merged(facts, {"sites": {"recovery": {"takeover": {"workloads": {"serving": more}}}}})


def merged(facts: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`facts` with `changes`, key by key; whatever is no mapping is replaced as a whole."""
    done = dict(facts)
    for key, value in changes.items():
        old = done.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            done[key] = merged(old, value)
        else:
            done[key] = value
    return done
