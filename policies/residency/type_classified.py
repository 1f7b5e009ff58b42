"""Only types of AWS that somebody has classified may be used, and none that is refused."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.aws.world import WORLD
from policies.judging import Declared, Finding, resource_rule

TYPES: Final[dict[str, str]] = {}  # every type of AWS is judged, by itself

_UNKNOWN: Final = "a type that policies/aws/types.txt and policies/aws/services.yaml list"


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the type alone."""
    if not resource.type.startswith("aws:"):
        return
    known = WORLD.get(resource.type)
    if known is None:
        yield Finding(path="type", given=resource.type, allowed=_UNKNOWN)
    elif known.refused:
        demand = f"no such resource ({known.why})"
        yield Finding(path="type", given=resource.type, allowed=demand)


policy = resource_rule(
    __name__,
    description="AWS resources are of types that are classified, and none of a refused type.",
    severity=Severity.CRITICAL,
    remediation=(
        "use a service that keeps data in the country, or classify the type in "
        "policies/aws/services.yaml with its reason and, where it moves data, a rule for it."
    ),
    judge=judge,
)
