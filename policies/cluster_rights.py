"""Which rights in a cluster are too many for anybody but its administrator, as tables."""

from collections.abc import Iterator
from typing import Final

from policies.judging import Finding
from policies.reading import MISSING, UNKNOWN, Tree, field, find

VERBS: Final = {
    "*": "verbs one by one",
    "bind": "none: it gives any right away",
    "escalate": "none: it makes any right",
    "impersonate": "none: it is anybody",
}
RESOURCES: Final = {
    "*": "resources one by one",
    "certificatesigningrequests/approval": "none: it makes logins",
    "nodes/proxy": "none: it reaches every pod of the node past the audit",
    "pods/attach": "none: it reads what a pod says and hears",
    "pods/ephemeralcontainers": "none: it runs inside of a pod",
    "pods/exec": "none: it runs inside of a pod",
    "pods/portforward": "none: it carries data out of the cluster",
    "pods/proxy": "none: it carries data out of the cluster",
    "serviceaccounts/token": "none: it is any account",
    "services/proxy": "none: it carries data out of the cluster",
}
ROLES: Final = frozenset({"admin", "cluster-admin", "edit"})
SUBJECTS: Final = frozenset(
    {"system:anonymous", "system:authenticated", "system:masters", "system:serviceaccounts"}
    | {"system:unauthenticated"}
)
_READS: Final = frozenset({"get", "list", "watch"})


def of_role(role: Tree, at: str, *, everywhere: bool) -> Iterator[Finding]:
    """Finds what a role may do too much.

    Args:
        role: A Role or a ClusterRole.
        at: Where it stands in its resource.
        everywhere: Whether it holds in all namespaces.
    """
    if field(role, "aggregationRule") is not MISSING:
        where = f"{at}.aggregationRule".lstrip(".")
        yield Finding(path=where, given=field(role, "aggregationRule"), allowed="rules, said")
    for place, rule in find(role, "rules[*]", at):
        if rule is UNKNOWN:
            yield Finding(path=place, given=rule, allowed="rules, said")
            continue
        for name, table in (("verbs", VERBS), ("resources", RESOURCES)):
            for path, value in find(rule, f"{name}[*]", place):
                if value is UNKNOWN or not isinstance(value, str) or value in table:
                    allowed = table.get(value, "a name") if isinstance(value, str) else "a name"
                    yield Finding(path=path, given=value, allowed=allowed)
        for path, value in find(rule, "apiGroups[*]", place):
            if not isinstance(value, str) or value == "*":
                yield Finding(path=path, given=value, allowed="groups one by one")
        if everywhere and _reads_all_secrets(rule):
            given = field(rule, "resources")
            yield Finding(path=f"{place}.resources", given=given, allowed="secrets by name only")


def _reads_all_secrets(rule: Tree) -> bool:
    resources = field(rule, "resources")
    verbs = field(rule, "verbs")
    return (
        isinstance(resources, list)
        and "secrets" in resources
        and isinstance(verbs, list)
        and any(verb in _READS for verb in verbs if isinstance(verb, str))
        and field(rule, "resourceNames") in (MISSING, [])
    )


def of_binding(binding: Tree, at: str) -> Iterator[Finding]:
    """Finds a role that is too much for anybody, and a subject that is everybody.

    The name of a role that is not known yet is one of a role that this stack makes (any other is
    known), which is judged itself; residency-unknown-origin proves it.
    """
    for path, name in find(binding, "roleRef.name", at):
        system = isinstance(name, str) and name.startswith("system:")
        if name is MISSING or system or name in ROLES:
            yield Finding(path=path, given=name, allowed="a role that is made for the purpose")
    for place, subject in find(binding, "subjects[*]", at):
        for path, name in find(subject, "name", place):
            group = str(name)
            if name in SUBJECTS or group.startswith("system:serviceaccounts:"):
                yield Finding(path=path, given=name, allowed="an account, or a group of people")
