"""Private endpoints lead to services of the region, and offer nothing to anybody unnamed."""

import re
from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.accepting import listed
from policies.boundary import BOUNDARY
from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.locations import ALLOWED_REGIONS, allowed
from policies.reading import MISSING, UNKNOWN, Tree

_SERVICE: Final = re.compile(
    r"(?:com\.amazonaws(?:\.vpce)?|aws\.(?:api|sagemaker|ai))\.([a-z0-9-]+)\.[\w.-]+"
)
_UNNAMED: Final = "principals by name, of accounts that residency-foreign-account accepts"


def _inside(value: Tree) -> bool:
    """Accepts a service of an allowed region; an unknown one is made in this stack, so is there."""
    match = _SERVICE.fullmatch(value) if isinstance(value, str) else None
    return value is UNKNOWN or (match is not None and allowed(match[1]))


TYPES: Final[dict[str, tuple[Demand, ...]]] = {
    "aws:ec2/vpcEndpoint:VpcEndpoint": (
        (
            "serviceName",
            lambda value: value is MISSING or _inside(value),  # by resourceConfigurationArn then
            f"a service of {ALLOWED_REGIONS}",
        ),
        ("policy", lambda value: value is not MISSING, "a policy: without one all may pass"),
    ),
    "aws:ec2/vpcEndpointService:VpcEndpointService": (
        ("acceptanceRequired", lambda value: value is True, "true"),
        ("allowedPrincipals[*]", lambda value: value not in ("*", UNKNOWN), _UNNAMED),
        ("supportedRegions[*]", listed(BOUNDARY.region_names), ALLOWED_REGIONS),
    ),
    "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple": (
        ("principalArn", lambda value: value != "*", _UNNAMED),
    ),
}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges where an endpoint leads, and to whom a service is offered."""
    yield from unmet(resource.props, TYPES.get(resource.type, ()))


policy = resource_rule(
    __name__,
    description="Private endpoints lead to services of the region, under a policy.",
    severity=Severity.CRITICAL,
    remediation="name the service of the region, with a policy that says what may pass.",
    judge=judge,
)
