"""AI services of AWS neither keep what they are given nor learn from it, and nobody below may."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Finding, resource_rule
from policies.reading import Tree, field, structured

TYPES: Final = {"aws:organizations/policy:Policy": "content"}

_KIND: Final = "AISERVICES_OPT_OUT_POLICY"
_CHILDREN: Final = "@@operators_allowed_for_child_policies"


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the default, every service that is told apart, and who may say otherwise."""
    if resource.type not in TYPES or field(resource.props, "type") != _KIND:
        return
    services = field(structured(field(resource.props, "content")), "services")
    names = ["default", *(services if isinstance(services, dict) else ())]
    for name in sorted({name for name in names if not name.startswith("@@")}):
        at = f"content.services.{name}.opt_out_policy"
        policy_of: Tree = field(field(services, name), "opt_out_policy")
        if not isinstance(policy_of, dict):
            yield Finding(path=at, given=policy_of, allowed="a policy that opts out")
            continue
        given = field(policy_of, "@@assign")
        if given != "optOut":
            yield Finding(path=f"{at}.@@assign", given=given, allowed='"optOut"')
        children = field(policy_of, _CHILDREN)
        if children != ["@@none"]:
            yield Finding(path=f"{at}.{_CHILDREN}", given=children, allowed='["@@none"]')


policy = resource_rule(
    __name__,
    description="AI services of AWS neither keep nor learn from what they are given.",
    severity=Severity.HIGH,
    remediation="opt out by default, and let no policy below opt in again.",
    judge=judge,
)
