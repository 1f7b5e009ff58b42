"""Nothing in Kubernetes listens in plain text: services, ingresses, gateways, ports, probes."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Finding, resource_rule, unmet
from policies.listeners import CONTAINER, OBJECTS, hosts_without_tls
from policies.pods import POD_TYPES, containers, manifests, pod_specs

TYPES: Final = POD_TYPES | {
    "kubernetes:core/v1:Service": "spec.ports",
    "kubernetes:networking.k8s.io/v1:Ingress": "spec.tls",
    "kubernetes:gateway.networking.k8s.io/v1:Gateway": "spec.listeners",
}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the objects that open a way in, and the ports and probes of containers."""
    for place, kind, item in manifests(resource):
        yield from unmet(item, OBJECTS.get(kind, ()), place)
        if kind == "networking.k8s.io/Ingress":
            yield from hosts_without_tls(item, place)
    for path, spec in pod_specs(resource):
        for place, container in containers(path, spec):
            yield from unmet(container, CONTAINER, place)


policy = resource_rule(
    __name__,
    description="Nothing in the cluster listens in plain text.",
    severity=Severity.HIGH,
    remediation="serve TLS, name the port https, and let probes use the scheme HTTPS.",
    judge=judge,
)
