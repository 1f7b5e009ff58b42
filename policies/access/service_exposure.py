"""Nothing in the cluster is reached from the internet past the door that the platform makes."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.accepting import absent, one_of
from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.pods import manifests
from policies.reading import MISSING, Tree, field

_NONE: Final = (absent, "none")
_INTERNAL: Final = (one_of(MISSING, "internal"), '"internal", or nothing')

TYPES: Final[dict[str, tuple[Demand, ...]]] = {
    "kubernetes:core/v1:Service": (
        ("spec.externalIPs[*]", *_NONE),
        (
            "spec.type",
            one_of(MISSING, "ClusterIP", "NodePort", "ExternalName", "LoadBalancer"),
            "a type that is known",
        ),
    ),
    "kubernetes:networking.k8s.io/v1:Ingress": (),
    "kubernetes:elbv2.k8s.aws/v1beta1:IngressClassParams": (("spec.scheme", *_INTERNAL),),
    "kubernetes:kafka.strimzi.io/v1:Kafka": (
        ("spec.kafka.listeners[+].type", one_of("internal", "cluster-ip"), '"internal"'),
    ),
}
_LOAD_BALANCER: Final = "service.beta.kubernetes.io/aws-load-balancer-scheme"
_INGRESS: Final = "alb.ingress.kubernetes.io/scheme"


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges types, addresses, and the annotations that ask a cloud for a way in."""
    for place, kind, item in manifests(resource):
        at = f"{place}.metadata.annotations".lstrip(".")
        said = field(field(item, "metadata"), "annotations")
        for token, demands in TYPES.items():
            if kind == f"{token[11:].partition('/')[0]}/{token.rpartition(':')[2]}":
                yield from unmet(item, demands, place)
        if kind == "core/Service" and field(field(item, "spec"), "type") == "LoadBalancer":
            yield from _scheme(said, _LOAD_BALANCER, at, ("internal",))
        if kind == "networking.k8s.io/Ingress":
            yield from _scheme(said, _INGRESS, at, ("internal", MISSING))


def _scheme(said: Tree, key: str, at: str, good: tuple[Tree, ...]) -> Iterator[Finding]:
    if field(said, key) not in good:
        yield Finding(path=f"{at}.{key}", given=field(said, key), allowed='"internal"')


policy = resource_rule(
    __name__,
    description="No service of the cluster has an address on the internet.",
    severity=Severity.CRITICAL,
    remediation="let the platform's edge reach it, or ask for an internal load balancer.",
    judge=judge,
)
