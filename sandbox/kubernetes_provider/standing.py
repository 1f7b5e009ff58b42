"""Where an object stands on its way to being ready."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.kubernetes_provider.cluster import Cluster
from sandbox.kubernetes_provider.kinds import Kind
from sandbox.kubernetes_provider.values import Manifest

_EVENT = Kind("v1", "Event")


@dataclass(frozen=True, kw_only=True)
class State:
    """Where an object stands."""

    ready: bool = False
    failed: bool = False
    """It will not become ready by itself."""
    waiting_for: str = ""
    details: Sequence[str] = ()


READY = State(ready=True)


def selector_text(selector: Mapping[str, Any]) -> str:
    """Return a label selector as the API takes it in a query."""
    return ",".join(f"{key}={value}" for key, value in (selector.get("matchLabels") or {}).items())


def conditions(live: Manifest) -> dict[str, dict[str, Any]]:
    """Return the conditions of an object by their type."""
    return {c["type"]: c for c in (live.get("status") or {}).get("conditions") or ()}


def newest_warning(cluster: Cluster, live: Manifest) -> list[str]:
    """Return the newest warning about an object, such as a quota that refuses its pods."""
    events = cluster.list(
        _EVENT,
        live["metadata"]["namespace"],
        fields=f"involvedObject.uid={live['metadata']['uid']},type=Warning",
    )
    events.sort(key=lambda e: str(e.get("lastTimestamp") or e.get("eventTime") or ""), reverse=True)
    return [f"{event.get('reason')}: {event.get('message')}" for event in events[:1]]
