"""When an object of a kind is ready, and what it waits for until then."""

from collections.abc import Callable, Mapping

from sandbox.kubernetes_provider import pod_owners
from sandbox.kubernetes_provider.cluster import Cluster
from sandbox.kubernetes_provider.kinds import Identity, Kind
from sandbox.kubernetes_provider.standing import (
    READY,
    State,
    conditions,
    newest_warning,
    selector_text,
)
from sandbox.kubernetes_provider.values import Manifest

_ENDPOINT_SLICE = Kind("discovery.k8s.io/v1", "EndpointSlice")
_STORAGE_CLASS = Kind("storage.k8s.io/v1", "StorageClass")


def _claim(cluster: Cluster, live: Manifest) -> State:
    phase = (live.get("status") or {}).get("phase", "Pending")
    if phase == "Bound":
        return READY
    if phase == "Lost":
        return State(failed=True, waiting_for="its volume is lost; delete the claim and run again")
    name = (live.get("spec") or {}).get("storageClassName")
    storage = cluster.get(Identity(_STORAGE_CLASS, name)) if name else None
    if storage and storage.get("volumeBindingMode") == "WaitForFirstConsumer":
        return READY  # its pod comes later, and only then a volume
    lacking = "" if storage or not name else f" (storage class {name!r} does not exist)"
    return State(
        waiting_for=f"claim is {phase}, not bound{lacking}", details=newest_warning(cluster, live)
    )


def _service(cluster: Cluster, live: Manifest) -> State:
    spec = live.get("spec") or {}
    if spec.get("type") == "LoadBalancer":
        balancer = (live.get("status") or {}).get("loadBalancer") or {}
        if not balancer.get("ingress"):
            return State(
                waiting_for="no load balancer has been assigned",
                details=newest_warning(cluster, live),
            )
    if (
        spec.get("type") == "ExternalName"
        or spec.get("clusterIP") == "None"
        or not spec.get("selector")
    ):
        return READY
    identity = Identity.of(live)
    slices = cluster.list(
        _ENDPOINT_SLICE, identity.namespace, labels=f"kubernetes.io/service-name={identity.name}"
    )
    for endpoint in (endpoint for found in slices for endpoint in found.get("endpoints") or ()):
        # Absent means ready, says the EndpointSlice API.
        if (endpoint.get("conditions") or {}).get("ready") is not False:
            return READY
    selector = selector_text({"matchLabels": spec["selector"]})
    return State(
        waiting_for=f"no ready pod matches its selector {selector}; where what makes the pods "
        "depends on this Service, set annotation pulumi.com/skipAwait"
    )


def _namespace(cluster: Cluster, live: Manifest) -> State:
    del cluster
    phase = (live.get("status") or {}).get("phase", "")
    if phase == "Active":
        return READY
    return State(waiting_for=f"namespace is {phase or 'new'}")


def _definition(cluster: Cluster, live: Manifest) -> State:
    del cluster
    told = conditions(live)
    if told.get("Established", {}).get("status") == "True":
        return READY
    accepted = told.get("NamesAccepted", {})
    return State(
        failed=accepted.get("status") == "False",
        waiting_for=f"not established: {accepted.get('message', '')}",
    )


def _api_service(cluster: Cluster, live: Manifest) -> State:
    del cluster
    available = conditions(live).get("Available", {})
    if available.get("status") == "True":
        return READY
    return State(waiting_for=f"not available: {available.get('message', '')}")


CHECKS: Mapping[tuple[str, str], Callable[[Cluster, Manifest], State]] = {
    ("", "Namespace"): _namespace,
    ("", "PersistentVolumeClaim"): _claim,
    ("", "Pod"): pod_owners.pod,
    ("", "Service"): _service,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _definition,
    ("apiregistration.k8s.io", "APIService"): _api_service,
    ("apps", "DaemonSet"): pod_owners.daemon_set,
    ("apps", "Deployment"): pod_owners.deployment,
    ("apps", "StatefulSet"): pod_owners.stateful_set,
    ("batch", "Job"): pod_owners.job,
}
