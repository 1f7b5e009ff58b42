"""Every namespace has the API server refuse pods that are not restricted."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.boundary import BOUNDARY
from policies.judging import Declared, Finding, resource_rule
from policies.pods import objects
from policies.reading import field, find

TYPES: Final = {"kubernetes:core/v1:Namespace": "metadata.labels"}

LABEL: Final = "pod-security.kubernetes.io/enforce"


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the Pod Security label of a namespace.

    The API server knows no pod by name, so where a node agent of the boundary lives it has to let
    all in; there, the rule on each pod's own context decides.
    """
    for place, kind, namespace in objects(resource):
        if kind == "core/Namespace":
            for path, labels in find(namespace, "metadata.labels", place):
                given = field(labels, LABEL)
                ((_, name),) = find(namespace, "metadata.name", place)
                of_agents = isinstance(name, str) and name in BOUNDARY.agent_namespaces
                if given != "restricted" and not (of_agents and given == "privileged"):
                    yield Finding(path=f"{path}[{LABEL!r}]", given=given, allowed='"restricted"')


policy = resource_rule(
    __name__,
    description="Namespaces enforce the restricted Pod Security standard.",
    severity=Severity.HIGH,
    remediation=f'label the namespace with {LABEL}: "restricted".',
    judge=judge,
)
