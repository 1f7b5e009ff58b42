"""When an object that makes pods is ready, and why its pods do not run until then."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.kubernetes_provider.cluster import Cluster
from sandbox.kubernetes_provider.kinds import Kind
from sandbox.kubernetes_provider.pods import last_words, troubles
from sandbox.kubernetes_provider.standing import (
    READY,
    State,
    conditions,
    newest_warning,
    selector_text,
)
from sandbox.kubernetes_provider.values import Manifest

_POD = Kind("v1", "Pod")


def deployment(cluster: Cluster, live: Manifest) -> State:
    """Ready when every replica is of the newest template and available."""
    spec, status = live["spec"], live.get("status") or {}
    wanted = spec.get("replicas", 1)
    updated, available = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    told = conditions(live)
    current = status.get("observedGeneration", 0) >= live["metadata"].get("generation", 0)
    if spec.get("paused") or (
        current
        and updated >= wanted
        and available >= wanted
        and status.get("replicas", 0) == updated
    ):
        return READY
    refused = told.get("ReplicaFailure", {})
    progressing = told.get("Progressing", {})
    stuck = current and progressing.get("reason") == "ProgressDeadlineExceeded"
    return _pods_state(
        cluster,
        live,
        f"{available} of {wanted} replicas available, {updated} updated",
        failed=stuck or (current and refused.get("status") == "True" and _denied(refused)),
        first=[refused["message"]] if refused.get("status") == "True" else [],
    )


def stateful_set(cluster: Cluster, live: Manifest) -> State:
    """Ready when every replica is ready and rolled out as its strategy asks."""
    spec, status = live["spec"], live.get("status") or {}
    wanted = spec.get("replicas", 1)
    ready, updated = status.get("readyReplicas", 0), status.get("updatedReplicas", 0)
    strategy = spec.get("updateStrategy") or {}
    partition = (strategy.get("rollingUpdate") or {}).get("partition", 0)
    rolled_out = (
        strategy.get("type") == "OnDelete"
        or updated >= wanted - partition
        or status.get("currentRevision") == status.get("updateRevision")
    )
    current = status.get("observedGeneration", 0) >= live["metadata"].get("generation", 0)
    if current and ready >= wanted and rolled_out:
        return READY
    return _pods_state(cluster, live, f"{ready} of {wanted} replicas ready, {updated} updated")


def daemon_set(cluster: Cluster, live: Manifest) -> State:
    """Ready when every node it is meant for has the newest pod available."""
    status = live.get("status") or {}
    wanted = status.get("desiredNumberScheduled", 0)
    updated, available = status.get("updatedNumberScheduled", 0), status.get("numberAvailable", 0)
    current = status.get("observedGeneration", 0) >= live["metadata"].get("generation", 0)
    if current and available >= wanted and updated >= wanted:
        return READY
    return _pods_state(
        cluster, live, f"{available} of {wanted} nodes have it available, {updated} updated"
    )


def job(cluster: Cluster, live: Manifest) -> State:
    """Ready when complete; failed with the last words of its last pod."""
    spec, status = live["spec"], live.get("status") or {}
    told = conditions(live)
    if spec.get("suspend") or told.get("Complete", {}).get("status") == "True":
        return READY
    failure = told.get("Failed", {})
    if failure.get("status") == "True":
        ended = [
            pod
            for pod in _pods(cluster, live)
            if (pod.get("status") or {}).get("phase") == "Failed"
        ]
        ended.sort(key=lambda pod: str(pod["metadata"].get("creationTimestamp")))
        return State(
            failed=True,
            waiting_for=f"{failure.get('reason', 'Failed')}: {failure.get('message', '')}",
            details=last_words(cluster, ended[-1]) if ended else (),
        )
    wanted = spec.get("completions") or spec.get("parallelism") or 1
    counts = (
        f"{status.get('succeeded', 0)} of {wanted} completions, {status.get('active', 0)} active, "
        f"{status.get('failed', 0)} failed"
    )
    return _pods_state(cluster, live, counts)


def pod(cluster: Cluster, live: Manifest) -> State:
    """Ready when it says so, or has ended well."""
    phase = (live.get("status") or {}).get("phase", "Pending")
    if phase == "Succeeded" or conditions(live).get("Ready", {}).get("status") == "True":
        return READY
    found = troubles(cluster, [live])
    ended = phase == "Failed"
    return State(
        failed=ended or any(trouble.hopeless for trouble in found),
        waiting_for=f"pod is {phase}",
        details=last_words(cluster, live) if ended else [trouble.reason for trouble in found],
    )


def _pods_state(
    cluster: Cluster,
    live: Manifest,
    counts: str,
    *,
    failed: bool = False,
    first: Sequence[str] = (),
) -> State:
    """Return the state of an object that makes pods, with what troubles them."""
    found = troubles(cluster, _pods(cluster, live))
    details = [*first, *(trouble.reason for trouble in found)]
    if not details:
        details = newest_warning(cluster, live)
    return State(
        failed=failed or any(trouble.hopeless for trouble in found),
        waiting_for=counts,
        details=details,
    )


def _pods(cluster: Cluster, live: Manifest) -> list[Manifest]:
    labels = selector_text((live.get("spec") or {}).get("selector") or {})
    return cluster.list(_POD, live["metadata"]["namespace"], labels=labels) if labels else []


def _denied(condition: Mapping[str, Any]) -> bool:
    """Return whether admission refuses pods for what they are, not for what is lacking yet."""
    message = condition.get("message", "")
    return "violates PodSecurity" in message or " denied" in message
