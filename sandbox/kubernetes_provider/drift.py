"""What in the cluster is no longer as the program declared it."""

import base64
from collections.abc import Mapping
from typing import Any

# The server's own words, never part of a declaration.
_SERVER_METADATA = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid",
)


def current_inputs(declared: Any, live: Any, desired: Any) -> Any:
    """Return the declaration with what drifted as it is in the cluster.

    A field counts as drifted where applying the declaration again would change it. So what the
    server writes in another form (`1000m` as `1`) or fills in is no drift.

    Args:
        declared: inputs of the last update.
        live: the object as it is.
        desired: the object as it would be after applying the inputs again (a dry run).
    """
    if live == desired:
        return declared
    if isinstance(declared, dict) and isinstance(live, dict) and isinstance(desired, dict):
        found = {}
        for key, value in declared.items():
            if key in live or key not in desired:
                found[key] = current_inputs(value, live.get(key), desired.get(key))
        return found
    if (
        isinstance(declared, list)
        and isinstance(live, list)
        and isinstance(desired, list)
        and len(declared) == len(live) == len(desired)
    ):
        return [current_inputs(*items) for items in zip(declared, live, desired, strict=True)]
    return live


def with_plain_text(secret: dict[str, Any], declared: Mapping[str, Any]) -> dict[str, Any]:
    """Return a live Secret with the keys that were declared as `stringData` under that name."""
    data = secret.get("data") or {}
    return {
        **secret,
        "stringData": {
            key: base64.b64decode(data[key]).decode(errors="replace")
            for key in declared
            if key in data
        },
    }


def imported_inputs(live: dict[str, Any]) -> dict[str, Any]:
    """Return a live object as a declaration: without status and what only the server writes."""
    inputs = {key: value for key, value in live.items() if key != "status"}
    inputs["metadata"] = {
        key: value
        for key, value in (live.get("metadata") or {}).items()
        if key not in _SERVER_METADATA
    }
    return inputs
