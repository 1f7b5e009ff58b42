"""Deleting an object and waiting until it is really gone."""

import time

from sandbox.kubernetes_provider.cluster import Cluster
from sandbox.kubernetes_provider.kinds import Identity
from sandbox.kubernetes_provider.values import Manifest
from sandbox.kubernetes_provider.waiting import Wait, awaited
from sandbox.provider_service.errors import ProviderError

# The official provider's annotation.
PROPAGATION = "pulumi.com/deletionPropagationPolicy"
_PROPAGATIONS = {"foreground": "Foreground", "background": "Background", "orphan": "Orphan"}
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 2.0


def delete(cluster: Cluster, identity: Identity, state: Manifest, wait: Wait) -> None:
    """Delete an object and what it owns; an object that is gone already is no error.

    Args:
        cluster: where the object is.
        identity: the object.
        state: the object as last known, whose annotations may say how to delete it.
        wait: how long, and where to show what the deletion waits for.

    Raises:
        ProviderError: it is not gone in time, for instance because of a finalizer.
    """
    if not cluster.delete(identity, propagation=_propagation(state)) or not awaited(state):
        return
    deadline = time.monotonic() + wait.seconds
    pause = _FIRST_PAUSE_SECONDS
    said = ""
    uid = (state.get("metadata") or {}).get("uid")
    while (live := cluster.get(identity)) is not None:
        if uid and live["metadata"]["uid"] != uid and not live["metadata"].get("deletionTimestamp"):
            return  # something made another object of the same name
        told = _holding(live)
        if time.monotonic() > deadline:
            raise ProviderError(
                f"{identity} is still there {wait.seconds:g} s after its deletion was asked for: "
                f"{told}; let the controller that owns the finalizer finish, or remove the "
                "finalizer by hand, and run again"
            )
        if told != said:
            wait.say(f"deletion waits: {told}")
            said = told
        if wait.cancelled.wait(pause):
            raise ProviderError(f"stopped while {identity} was being deleted: {told}")
        pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)


def _propagation(state: Manifest) -> str:
    annotations = (state.get("metadata") or {}).get("annotations") or {}
    given = str(annotations.get(PROPAGATION, "foreground"))
    if given.lower() not in _PROPAGATIONS:
        raise ProviderError(
            f"annotation {PROPAGATION} is {given!r}; allowed are {', '.join(_PROPAGATIONS)}"
        )
    return _PROPAGATIONS[given.lower()]


def _holding(live: Manifest) -> str:
    finalizers = [
        *(live["metadata"].get("finalizers") or ()),
        *((live.get("spec") or {}).get("finalizers") or () if live["kind"] == "Namespace" else ()),
    ]
    conditions = (live.get("status") or {}).get("conditions") or ()
    words = [
        condition.get("message", "")
        for condition in conditions
        if live["kind"] == "Namespace" and condition.get("status") == "True"
    ]
    held = f"held by finalizers {', '.join(finalizers)}" if finalizers else "still terminating"
    return "; ".join([held, *filter(None, words)])
