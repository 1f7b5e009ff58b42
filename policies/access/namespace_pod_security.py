"""Every namespace has the API server refuse pods that are not restricted."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Finding, resource_rule
from policies.pods import objects
from policies.reading import field, find

TYPES: Final = {"kubernetes:core/v1:Namespace": "metadata.labels"}

LABEL: Final = "pod-security.kubernetes.io/enforce"


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the Pod Security label of a namespace."""
    for place, kind, namespace in objects(resource):
        if kind == "core/Namespace":
            for path, labels in find(namespace, "metadata.labels", place):
                given = field(labels, LABEL)
                if given != "restricted":
                    yield Finding(path=f"{path}[{LABEL!r}]", given=given, allowed='"restricted"')


policy = resource_rule(
    __name__,
    description="Namespaces enforce the restricted Pod Security standard.",
    severity=Severity.HIGH,
    remediation=f'label the namespace with {LABEL}: "restricted".',
    judge=judge,
)
