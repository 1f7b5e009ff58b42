"""Declares the resources of `resources.json`, which the test writes from the rules' fixtures.

The typed SDKs are left out: the engine sees the same, and they take seconds to import.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

import pulumi

PROVIDER = "pulumi:providers:"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

made: dict[str, Any] = {}


def unknown(sources: list[str]) -> pulumi.Output[str]:
    """An output that is not known yet, made from resources that were declared before."""

    def resolved(value: object) -> "asyncio.Future[object]":
        future: asyncio.Future[object] = asyncio.get_event_loop().create_future()
        future.set_result(value)
        return future

    known = resolved(False)  # noqa: FBT003 - the value itself
    derived = resolved({made[source] for source in sources})
    return pulumi.Output(derived, resolved(""), known)  # type: ignore[arg-type]


def inputs(value: Any, sources: list[str]) -> Any:
    """Properties with outputs where nothing is known."""
    if value == UNKNOWN:
        return unknown(sources)
    if isinstance(value, dict):
        return {key: inputs(item, sources) for key, item in value.items()}
    if isinstance(value, list):
        return [inputs(item, sources) for item in value]
    return value


def declare(entry: dict[str, Any]) -> pulumi.Resource:
    """Declares one resource under the provider that it names."""
    token, name = entry["type"], entry["name"]
    props = {
        key: inputs(item, entry["depends"].get(key, [])) for key, item in entry["props"].items()
    }
    if token.startswith(PROVIDER):
        return pulumi.ProviderResource(token.removeprefix(PROVIDER), name, props)
    if entry["provider"] is None:
        return pulumi.ComponentResource(token, name, props)
    provider = made[entry["provider"]]
    return pulumi.CustomResource(token, name, props, pulumi.ResourceOptions(provider=provider))


for one in json.loads(Path("resources.json").read_text(encoding="utf-8")):
    made[one["name"]] = declare(one)
