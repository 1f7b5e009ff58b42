"""Nobody gets all rights of a cluster, those that make others, or those that reach into pods."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.cluster_rights import of_binding, of_role
from policies.judging import Declared, Finding, resource_rule
from policies.pods import manifests

_GROUP: Final = "kubernetes:rbac.authorization.k8s.io/v1"

TYPES: Final = {
    f"{_GROUP}:ClusterRole": "rules",
    f"{_GROUP}:ClusterRoleBinding": "roleRef, subjects",
    f"{_GROUP}:Role": "rules",
    f"{_GROUP}:RoleBinding": "roleRef, subjects",
}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges what roles allow, and who is given which."""
    for place, kind, item in manifests(resource):
        group, _, name = kind.partition("/")
        if group == "rbac.authorization.k8s.io":
            if name.endswith("Binding"):
                yield from of_binding(item, place)
            else:
                yield from of_role(item, place, everywhere=name == "ClusterRole")


policy = resource_rule(
    __name__,
    description="Rights in the cluster are few and named, and given to somebody in particular.",
    severity=Severity.CRITICAL,
    remediation="name verbs and resources one by one, and bind a role made for the purpose.",
    judge=judge,
)
