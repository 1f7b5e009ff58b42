"""Tells the port forwarder the addresses of the Services that the host may reach."""

import json

from kubernetes import client

from sandbox.cluster.forward import ADDRESSES
from sandbox.cluster.specification import Specification
from sandbox.files import replace


def expose(spec: Specification, api: client.ApiClient) -> None:
    """Write the cluster address of every exposed `namespace/service:port` that exists."""
    core = client.CoreV1Api(api)
    services = {
        f"{item.metadata.namespace}/{item.metadata.name}": item.spec.cluster_ip
        for item in core.list_service_for_all_namespaces().items
    }
    found = {
        target: services[name]
        for target in spec.exposed.values()
        if (name := target.rsplit(":", 1)[0]) in services
    }
    path = spec.folder / ADDRESSES
    text = json.dumps(found)
    if not path.exists() or path.read_text() != text:
        replace(path, text)
