"""What the API server sends objects to is a service of the cluster, not an address somewhere."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.accepting import absent
from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.pods import manifests
from policies.reading import MISSING, Tree


def _service(value: Tree) -> bool:
    return isinstance(value, dict)


_NO_URL: Final = (absent, "no url: a service of the cluster")
_HOOKS: Final[tuple[Demand, ...]] = (
    ("webhooks[*].clientConfig.url", *_NO_URL),
    ("webhooks[*].clientConfig.service", _service, "a service of the cluster"),
)
_ADMISSION: Final = "kubernetes:admissionregistration.k8s.io/v1"

TYPES: Final[dict[str, tuple[Demand, ...]]] = {
    f"{_ADMISSION}:MutatingWebhookConfiguration": _HOOKS,
    f"{_ADMISSION}:ValidatingWebhookConfiguration": _HOOKS,
    "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition": (
        ("spec.conversion?.webhook?.clientConfig.url", *_NO_URL),
    ),
    "kubernetes:apiregistration.k8s.io/v1:APIService": (
        ("spec.service", lambda value: value is MISSING or _service(value), "a service"),
        ("spec.insecureSkipTLSVerify", lambda value: value in (MISSING, False), "false"),
    ),
}
_BY_KIND: Final = {
    token.removeprefix("kubernetes:").replace("/v1:", "/"): demands
    for token, demands in TYPES.items()
}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges whom the API server calls: webhooks, conversions, other API servers."""
    for place, kind, item in manifests(resource):
        yield from unmet(item, _BY_KIND.get(kind, ()), place)


policy = resource_rule(
    __name__,
    description="The API server calls services of its own cluster only.",
    severity=Severity.CRITICAL,
    remediation="run what answers in the cluster, and name its service in clientConfig.",
    judge=judge,
)
