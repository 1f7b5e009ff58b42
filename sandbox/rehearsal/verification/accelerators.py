"""Pods with a GPU are on nodes with one, in zones that have the family; no others are there."""

from collections.abc import Iterator, Mapping
from typing import Any

from kubernetes import client

from environments import CloudRegion
from sandbox.rehearsal.live import Found, Live
from sandbox.rehearsal.machines import GPU
from sandbox.rehearsal.nodes import INSTANCE_TYPE, ZONE


def verify(live: Live) -> Found:
    """Ask the API server about GPU nodes and the pods on them."""
    core = client.CoreV1Api(live.api)
    nodes = {node.metadata.name: node for node in core.list_node().items}
    with_gpu = {name: node for name, node in nodes.items() if GPU in node.status.capacity}
    pods = [pod for pod in core.list_pod_for_all_namespaces().items if pod.spec.node_name]
    faults = [
        *(fault for node in with_gpu.values() for fault in _misplaced(node, live)),
        *(fault for pod in pods for fault in _wrong(pod, with_gpu)),
    ]
    return Found(len(with_gpu), faults)


def _misplaced(node: Any, live: Live) -> Iterator[str]:
    site = live.environment.sites.primary
    if not isinstance(site, CloudRegion):
        return
    labels = node.metadata.labels
    family = site.facts.families.get(labels[INSTANCE_TYPE].partition(".")[0])
    zone = labels[ZONE]
    if family is None or not family.accelerator or site.zone_id(zone) not in family.zones:
        yield f"node {node.metadata.name} is a {labels[INSTANCE_TYPE]} in {zone}, which has none"


def _wrong(pod: Any, with_gpu: Mapping[str, Any]) -> Iterator[str]:
    asks = any(
        GPU in ((one.resources and one.resources.limits) or {}) for one in pod.spec.containers
    )
    of_every_node = any(one.kind == "DaemonSet" for one in pod.metadata.owner_references or ())
    there = pod.spec.node_name in with_gpu
    name = f"pod {pod.metadata.namespace}/{pod.metadata.name}"
    if asks and not there:
        yield f"{name} asks for a GPU and is on {pod.spec.node_name}, which has none"
    if there and not asks and not of_every_node:
        yield f"{name} asks for no GPU and is on {pod.spec.node_name}, which has one"
