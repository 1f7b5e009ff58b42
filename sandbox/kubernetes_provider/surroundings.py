"""What an object needs around it before it can be made."""

import time

from pulumi.provider.experimental import provider as sdk

from sandbox.kubernetes_provider.cluster import Cluster
from sandbox.kubernetes_provider.declared import Declared
from sandbox.kubernetes_provider.errors import UnknownKindError
from sandbox.kubernetes_provider.kinds import Identity
from sandbox.kubernetes_provider.waiting import Wait
from sandbox.provider_service.errors import ProviderError

_PAUSE_SECONDS = 0.5


def await_surroundings(
    cluster: Cluster, identity: Identity, declared: Declared, wait: Wait
) -> None:
    """Wait for the namespace and the definition of an object, where this run makes them.

    The engine orders by dependencies, and a program that names a namespace in plain text states
    none. What this run does not make is not waited for: applying the object says what lacks.
    """
    deadline = time.monotonic() + wait.seconds
    while time.monotonic() < deadline:
        lacking = _lacking(cluster, identity, declared)
        if lacking is None:
            return
        wait.say(f"waits for {lacking}, which this update makes")
        if wait.cancelled.wait(_PAUSE_SECONDS):
            return


def refuse_foreign(cluster: Cluster, identity: Identity, request: sdk.CreateRequest) -> None:
    """Refuse to take over what something else made; what an interrupted run made is ours."""
    if cluster.applied_here(identity) is False:
        raise ProviderError(
            f"{identity} exists already and something else made it; take it over with "
            f"`pulumi import {request.type} {request.name} {cluster.placed(identity).id}`, "
            "or delete it"
        )


def _lacking(cluster: Cluster, identity: Identity, declared: Declared) -> str | None:
    try:
        namespaced = cluster.namespaced(identity.kind)
    except UnknownKindError:
        return f"the definition of {identity.kind}" if declared.defines(identity.kind) else None
    name = cluster.placed(identity).namespace
    if not namespaced or cluster.has_namespace(name) or not declared.makes_namespace(name):
        return None
    return f"namespace {name!r}"
