"""Every resource is in the environment's region, except those of types that have no region."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from sandbox.rehearsal.live import Found, Live, Resource

GLOBAL_TYPES: Final = Path(__file__).parent.parent / "global_types.yaml"
ARN: Final = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:([a-z0-9-]*):")


def verify(live: Live) -> Found:
    """Read the region and the ARN of every resource of the stack."""
    region = live.cloud.region
    resources = live.in_cloud
    return Found(len(resources), [fault for one in resources for fault in _faults(one, region)])


@cache
def global_types() -> Mapping[str, str]:
    """Type that has no region -> why that is accepted."""
    found: dict[str, str] = yaml.safe_load(GLOBAL_TYPES.read_text(encoding="utf-8"))
    return found


def _faults(one: Resource, region: str) -> Iterator[str]:
    outputs = one.get("outputs", {})
    name = f"{one['urn'].rpartition('::')[2]} ({one['type']})"
    if one["type"] not in global_types() and outputs.get("region") != region:
        yield f"{name} is in {outputs.get('region') or 'no region'}"
    found = ARN.match(str(outputs.get("arn", "")))
    if found and found.group(1) not in {"", region}:
        yield f"{name} has an ARN of {found.group(1)}"
