"""Every image that a pod runs is built for the processor of the node that the pod is on."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from kubernetes import client

from environments import Environment
from sandbox.images import images
from sandbox.rehearsal.live import Found, Live

PROCESSOR: Final = "kubernetes.io/arch"
OWN: Final = re.compile(r"/mizan/([^@]+)@")


def verify(live: Live) -> Found:
    """Ask the API server about every pod's images and the node that it is on."""
    core = client.CoreV1Api(live.api)
    nodes = {node.metadata.name: node.metadata.labels for node in core.list_node().items}
    every = images(cloud=True, sections=Environment.model_fields)
    built = {one.name: {each.short for each in one.architectures} for one in every}
    pods = [pod for pod in core.list_pod_for_all_namespaces().items if pod.spec.node_name]
    return Found(len(pods), [fault for pod in pods for fault in _faults(pod, nodes, built)])


def _faults(
    pod: Any, nodes: Mapping[str, Mapping[str, str]], built: Mapping[str, set[str]]
) -> Iterator[str]:
    processor = nodes.get(pod.spec.node_name, {}).get(PROCESSOR)
    for container in (*pod.spec.containers, *(pod.spec.init_containers or ())):
        found = OWN.search(container.image)
        # What is copied from elsewhere says itself what it is built for.
        if found and processor not in built.get(found[1], {processor}):
            yield (
                f"pod {pod.metadata.namespace}/{pod.metadata.name} is on {pod.spec.node_name}, a "
                f"machine of {processor}, and {found[1]} is built for "
                f"{', '.join(sorted(built[found[1]]))}"
            )
