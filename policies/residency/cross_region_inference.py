"""Models answer in the region: no profile that sends prompts to whatever region has room.

A profile of `eu.`, `apac.` or `global.` routes a prompt into regions that were never enabled.
"""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.accepting import absent
from policies.denying import refused
from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.models import INVOKE, OF_REGION, by_name, spans_regions
from policies.reading import UNKNOWN
from policies.rights import GRANTS_NOTHING

TYPES: Final[dict[str, tuple[Demand, ...]]] = {
    "aws:bedrock/guardrail:Guardrail": (("crossRegionConfig", absent, "no cross-region profile"),),
    "aws:bedrock/agentAgent:AgentAgent": (),
    "aws:bedrock/inferenceProfile:InferenceProfile": (),
    "aws:iam/policy:Policy": (),
    "aws:iam/rolePolicy:RolePolicy": (),
    "aws:lambda/function:Function": (),
}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the profiles that texts name, and which models a statement lets somebody call."""
    yield from unmet(resource.props, TYPES.get(resource.type, ()))
    if resource.type.startswith(GRANTS_NOTHING):
        return
    for path, value in resource.texts:
        if spans_regions(value) and not refused(resource, path):
            yield Finding(path=path, given=value, allowed=OF_REGION)
    for statement in resource.statements if resource.type.startswith("aws:iam/") else ():
        if not statement.denies and any(map(statement.allows, INVOKE)):
            models = statement.values("resource") or [UNKNOWN]
            if "notresource" in statement.elements or not all(map(by_name, models)):
                yield Finding(path=f"{statement.path}.Resource", given=models, allowed=OF_REGION)


policy = resource_rule(
    __name__,
    description="No model is called through a profile that spans regions.",
    severity=Severity.CRITICAL,
    remediation="call a model of the region by its own ARN, or one that you serve yourself.",
    judge=judge,
)
