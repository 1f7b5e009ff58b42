"""Service accounts give their token to no pod that does not ask for it."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Finding, resource_rule
from policies.pods import manifests
from policies.reading import field

TYPES: Final = {"kubernetes:core/v1:ServiceAccount": "automountServiceAccountToken"}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges whether pods get a token without asking; the default of Kubernetes is that they do."""
    for place, kind, item in manifests(resource):
        given = field(item, "automountServiceAccountToken")
        if kind == "core/ServiceAccount" and given is not False:
            path = f"{place}.automountServiceAccountToken".lstrip(".")
            yield Finding(path=path, given=given, allowed="false; a pod that needs it says so")


policy = resource_rule(
    __name__,
    description="Pods get no token of the cluster that they do not ask for.",
    severity=Severity.HIGH,
    remediation="set automountServiceAccountToken to false, and to true on the pods that need it.",
    judge=judge,
)
