"""When an object of a kind is ready, and what it waits for until then."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.kubernetes_provider.cluster import Cluster
from sandbox.kubernetes_provider.kinds import Identity, Kind
from sandbox.kubernetes_provider.pods import last_words, troubles
from sandbox.kubernetes_provider.values import Manifest

_POD = Kind("v1", "Pod")
_EVENT = Kind("v1", "Event")
_ENDPOINT_SLICE = Kind("discovery.k8s.io/v1", "EndpointSlice")
_STORAGE_CLASS = Kind("storage.k8s.io/v1", "StorageClass")


@dataclass(frozen=True, kw_only=True)
class State:
    """Where an object stands."""

    ready: bool = False
    failed: bool = False
    """It will not become ready by itself."""
    waiting_for: str = ""
    details: Sequence[str] = ()


_READY = State(ready=True)


def _deployment(cluster: Cluster, live: Manifest) -> State:
    spec, status = live["spec"], live.get("status") or {}
    wanted = spec.get("replicas", 1)
    updated, available = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    conditions = _conditions(live)
    current = status.get("observedGeneration", 0) >= live["metadata"].get("generation", 0)
    if spec.get("paused") or (
        current
        and updated >= wanted
        and available >= wanted
        and status.get("replicas", 0) == updated
    ):
        return _READY
    refused = conditions.get("ReplicaFailure", {})
    progressing = conditions.get("Progressing", {})
    stuck = current and progressing.get("reason") == "ProgressDeadlineExceeded"
    return _pods_state(
        cluster,
        live,
        f"{available} of {wanted} replicas available, {updated} updated",
        failed=stuck or (current and refused.get("status") == "True" and _denied(refused)),
        first=[refused["message"]] if refused.get("status") == "True" else [],
    )


def _stateful_set(cluster: Cluster, live: Manifest) -> State:
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
        return _READY
    return _pods_state(cluster, live, f"{ready} of {wanted} replicas ready, {updated} updated")


def _daemon_set(cluster: Cluster, live: Manifest) -> State:
    status = live.get("status") or {}
    wanted = status.get("desiredNumberScheduled", 0)
    updated, available = status.get("updatedNumberScheduled", 0), status.get("numberAvailable", 0)
    current = status.get("observedGeneration", 0) >= live["metadata"].get("generation", 0)
    if current and available >= wanted and updated >= wanted:
        return _READY
    return _pods_state(
        cluster, live, f"{available} of {wanted} nodes have it available, {updated} updated"
    )


def _job(cluster: Cluster, live: Manifest) -> State:
    spec, status = live["spec"], live.get("status") or {}
    conditions = _conditions(live)
    if spec.get("suspend") or conditions.get("Complete", {}).get("status") == "True":
        return _READY
    failure = conditions.get("Failed", {})
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


def _pod(cluster: Cluster, live: Manifest) -> State:
    phase = (live.get("status") or {}).get("phase", "Pending")
    if phase == "Succeeded" or _conditions(live).get("Ready", {}).get("status") == "True":
        return _READY
    found = troubles(cluster, [live])
    ended = phase == "Failed"
    return State(
        failed=ended or any(trouble.hopeless for trouble in found),
        waiting_for=f"pod is {phase}",
        details=last_words(cluster, live) if ended else [trouble.reason for trouble in found],
    )


def _claim(cluster: Cluster, live: Manifest) -> State:
    phase = (live.get("status") or {}).get("phase", "Pending")
    if phase == "Bound":
        return _READY
    if phase == "Lost":
        return State(failed=True, waiting_for="its volume is lost; delete the claim and run again")
    name = (live.get("spec") or {}).get("storageClassName")
    storage = cluster.get(Identity(_STORAGE_CLASS, name)) if name else None
    if storage and storage.get("volumeBindingMode") == "WaitForFirstConsumer":
        return _READY  # its pod comes later, and only then a volume
    lacking = "" if storage or not name else f" (storage class {name!r} does not exist)"
    return State(
        waiting_for=f"claim is {phase}, not bound{lacking}", details=_warnings(cluster, live)
    )


def _service(cluster: Cluster, live: Manifest) -> State:
    spec = live.get("spec") or {}
    if spec.get("type") == "LoadBalancer":
        balancer = (live.get("status") or {}).get("loadBalancer") or {}
        if not balancer.get("ingress"):
            return State(
                waiting_for="no load balancer has been assigned", details=_warnings(cluster, live)
            )
    if (
        spec.get("type") == "ExternalName"
        or spec.get("clusterIP") == "None"
        or not spec.get("selector")
    ):
        return _READY
    identity = Identity.of(live)
    slices = cluster.list(
        _ENDPOINT_SLICE, identity.namespace, labels=f"kubernetes.io/service-name={identity.name}"
    )
    for endpoint in (endpoint for found in slices for endpoint in found.get("endpoints") or ()):
        # Absent means ready, says the EndpointSlice API.
        if (endpoint.get("conditions") or {}).get("ready") is not False:
            return _READY
    selector = _selector({"matchLabels": spec["selector"]})
    return State(
        waiting_for=f"no ready pod matches its selector {selector}; where what makes the pods "
        "depends on this Service, set annotation pulumi.com/skipAwait"
    )


def _namespace(cluster: Cluster, live: Manifest) -> State:
    del cluster
    phase = (live.get("status") or {}).get("phase", "")
    if phase == "Active":
        return _READY
    return State(waiting_for=f"namespace is {phase or 'new'}")


def _definition(cluster: Cluster, live: Manifest) -> State:
    del cluster
    conditions = _conditions(live)
    if conditions.get("Established", {}).get("status") == "True":
        return _READY
    accepted = conditions.get("NamesAccepted", {})
    return State(
        failed=accepted.get("status") == "False",
        waiting_for=f"not established: {accepted.get('message', '')}",
    )


def _api_service(cluster: Cluster, live: Manifest) -> State:
    del cluster
    available = _conditions(live).get("Available", {})
    if available.get("status") == "True":
        return _READY
    return State(waiting_for=f"not available: {available.get('message', '')}")


CHECKS: Mapping[tuple[str, str], Callable[[Cluster, Manifest], State]] = {
    ("", "Namespace"): _namespace,
    ("", "PersistentVolumeClaim"): _claim,
    ("", "Pod"): _pod,
    ("", "Service"): _service,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _definition,
    ("apiregistration.k8s.io", "APIService"): _api_service,
    ("apps", "DaemonSet"): _daemon_set,
    ("apps", "Deployment"): _deployment,
    ("apps", "StatefulSet"): _stateful_set,
    ("batch", "Job"): _job,
}


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
        details = _warnings(cluster, live)
    return State(
        failed=failed or any(trouble.hopeless for trouble in found),
        waiting_for=counts,
        details=details,
    )


def _pods(cluster: Cluster, live: Manifest) -> list[Manifest]:
    labels = _selector((live.get("spec") or {}).get("selector") or {})
    return cluster.list(_POD, live["metadata"]["namespace"], labels=labels) if labels else []


def _selector(selector: Mapping[str, Any]) -> str:
    return ",".join(f"{key}={value}" for key, value in (selector.get("matchLabels") or {}).items())


def _conditions(live: Manifest) -> dict[str, dict[str, Any]]:
    return {c["type"]: c for c in (live.get("status") or {}).get("conditions") or ()}


def _denied(condition: Mapping[str, Any]) -> bool:
    """Return whether admission refuses pods for what they are, not for what is lacking yet."""
    message = condition.get("message", "")
    return "violates PodSecurity" in message or " denied" in message


def _warnings(cluster: Cluster, live: Manifest) -> list[str]:
    """Return the newest warning about an object, such as a quota that refuses its pods."""
    events = cluster.list(
        _EVENT,
        live["metadata"]["namespace"],
        fields=f"involvedObject.uid={live['metadata']['uid']},type=Warning",
    )
    events.sort(key=lambda e: str(e.get("lastTimestamp") or e.get("eventTime") or ""), reverse=True)
    return [f"{event.get('reason')}: {event.get('message')}" for event in events[:1]]
