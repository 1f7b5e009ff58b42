"""Rights are named one by one: no wildcard over a whole service, no right on everybody's data.

AWS policies of an organisation (service and resource control) grant nothing and are left out.
"""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Finding, resource_rule
from policies.reading import find
from policies.rights import DATA_RIGHTS, GRANTS_NOTHING, broad_managed
from policies.statements import Statement

TYPES: Final = {
    "aws:iam/policy:Policy": "policy",
    "aws:iam/rolePolicy:RolePolicy": "policy",
    "aws:iam/role:Role": "inlinePolicies, managedPolicyArns",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "policyArn",
    "aws:iam/policyAttachment:PolicyAttachment": "policyArn",
    "aws:kms/key:Key": "policy",
}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges each statement that grants, and each policy of AWS that is attached."""
    if not resource.type.startswith("aws:") or resource.type.startswith(GRANTS_NOTHING):
        return
    for statement in resource.statements:
        if not statement.denies:
            yield from _too_much(statement, identity=resource.type.startswith("aws:iam/"))
    if resource.type.startswith("aws:iam/"):
        for path in ("policyArn", "managedPolicyArns[*]"):
            for place, value in find(resource.props, path):
                if broad_managed(value):
                    yield Finding(path=place, given=value, allowed="a policy of named rights")


def _too_much(statement: Statement, *, identity: bool) -> Iterator[Finding]:
    if "notaction" in statement.elements:
        yield Finding(path=statement.path, given="NotAction", allowed="actions by name")
    for action in statement.values("action"):
        if not isinstance(action, str) or action == "*" or action.endswith(":*"):
            yield Finding(path=f"{statement.path}.Action", given=action, allowed="actions by name")
    anything = "*" in statement.values("resource") or "notresource" in statement.elements
    if identity and anything and not statement.elements.get("condition"):
        for right in filter(statement.allows, DATA_RIGHTS):
            yield Finding(path=statement.path, given=f"{right} on *", allowed="resources by name")


policy = resource_rule(
    __name__,
    description="Rights are named, and rights on data name the data.",
    severity=Severity.HIGH,
    remediation="list the actions that are needed, on the resources that need them.",
    judge=judge,
)
