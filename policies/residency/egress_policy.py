"""What network policies let out stays in the country: private ranges, and services by name."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Finding, stack_rule, unmet
from policies.pods import manifests
from policies.ways_out import BY_KIND, proven

TYPES: Final = {
    "kubernetes:cilium.io/v2:CiliumClusterwideNetworkPolicy": "spec.egress",
    "kubernetes:cilium.io/v2:CiliumNetworkPolicy": "spec.egress",
    "kubernetes:gateway.networking.k8s.io/v1:GRPCRoute": "spec.rules[].backendRefs",
    "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute": "spec.rules[].backendRefs",
    "kubernetes:gateway.networking.k8s.io/v1:TLSRoute": "spec.rules[].backendRefs",
    "kubernetes:networking.istio.io/v1:ServiceEntry": "spec.hosts",
    "kubernetes:networking.istio.io/v1:Sidecar": "spec.outboundTrafficPolicy",
    "kubernetes:networking.k8s.io/v1:NetworkPolicy": "spec.egress",
    "kubernetes:policy.networking.k8s.io/v1alpha1:AdminNetworkPolicy": "spec.egress",
    "kubernetes:policy.networking.k8s.io/v1alpha1:BaselineAdminNetworkPolicy": "spec.egress",
}


def judge(resources: list[Declared]) -> Iterator[Finding]:
    """Judges ranges, entities and hosts that a policy, a mesh or a route opens."""
    kinds = {resource.urn: resource.type for resource in resources}
    for resource in resources:
        sources = {kinds.get(urn, "") for urn in resource.derived_from.get("spec", ())}
        for place, kind, item in manifests(resource):
            for finding in unmet(item, BY_KIND.get(kind, ()), place):
                if not proven(finding.given, sources):
                    yield replace(finding, urn=resource.urn)


policy = stack_rule(
    __name__,
    description="Policies of the cluster open no way to addresses outside the country.",
    severity=Severity.CRITICAL,
    remediation="name the private range or the service; go out through the platform's egress.",
    judge=judge,
)
