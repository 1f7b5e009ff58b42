"""Every pod runs, or has run to its end, on a node of a pool that serves its purpose."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kubernetes import client

from environments import Purpose
from sandbox.rehearsal.live import Found, Live

POOL: Final = "mizan.ae/pool"
PURPOSE: Final = "mizan.ae/purpose"
HEALTHY: Final = {"Running", "Succeeded"}
PURPOSES: Final[Mapping[str, frozenset[Purpose]]] = {
    "training": frozenset({Purpose.GPU_TRAINING, Purpose.CPU_TRAINING}),
    "serving": frozenset({Purpose.CPU_INFERENCE}),
    "batch": frozenset({Purpose.DATA, Purpose.CPU_TRAINING}),
}
"""Namespace -> purposes of pools that its pods may be on."""
OTHERWISE: Final = frozenset({Purpose.CPU_INFERENCE, Purpose.DATA})
"""Purposes of pools that carry all other pods."""


def verify(live: Live) -> Found:
    """Ask the API server about every pod and the node that it is on."""
    core = client.CoreV1Api(live.api)
    nodes = {node.metadata.name: node.metadata.labels for node in core.list_node().items}
    declared = {pool.name: pool.purpose for pool in live.environment.node_pools}
    pods = core.list_pod_for_all_namespaces().items
    return Found(len(pods), [fault for pod in pods for fault in _faults(pod, nodes, declared)])


def _faults(
    pod: Any, nodes: Mapping[str, Mapping[str, str]], declared: Mapping[str, Purpose]
) -> Iterator[str]:
    name = f"pod {pod.metadata.namespace}/{pod.metadata.name}"
    if pod.status.phase not in HEALTHY:
        conditions = pod.status.conditions or ()
        why = "; ".join(one.message for one in conditions if one.message) or "no reason is told"
        yield f"{name} is {pod.status.phase}: {why}"
        return
    if not declared or _of_every_node(pod):
        return
    labels = nodes.get(pod.spec.node_name, {})
    purpose = declared.get(labels.get(POOL, ""))
    if purpose is None or labels.get(PURPOSE) != purpose:
        yield f"{name} is on {pod.spec.node_name}, a node of no declared pool"
        return
    allowed = PURPOSES.get(pod.metadata.namespace, OTHERWISE)
    # A small environment may have no pool of the kind.
    if allowed & set(declared.values()) and purpose not in allowed:
        yield f"{name} is on a node for {purpose}; allowed are {sorted(allowed)}"


def _of_every_node(pod: Any) -> bool:
    """Whether the pod belongs to each node, whatever that is for."""
    return any(owner.kind == "DaemonSet" for owner in pod.metadata.owner_references or ())
