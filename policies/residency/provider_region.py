"""The AWS provider itself works in an allowed region, with the endpoints of that region."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from pulumi_policy import Severity

from policies.boundary import BOUNDARY
from policies.judging import Declared, Finding, resource_rule
from policies.locations import ALLOWED_REGIONS, allowed, foreign_hosts
from policies.reading import MISSING, Tree, field, leaves, structured

TYPES: Final = {"pulumi:providers:aws": ("region", "stsRegion", "endpoints")}

_HOST: Final = re.compile(r"^(?:[a-z]+://)?([a-z0-9.-]+)(?::\d+)?(?:/[^@]*)?$")
_REGION_CODE_HOSTS: Final = (".amazonaws.com", ".api.aws")


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges where a provider sends its calls."""
    if resource.type not in TYPES:
        return
    region = field(resource.props, "region")
    if not isinstance(region, str) or not allowed(region):
        yield Finding(path="region", given=region, allowed=ALLOWED_REGIONS)
    sts = field(resource.props, "stsRegion")
    if sts is not MISSING and not (isinstance(sts, str) and allowed(sts)):
        yield Finding(path="stsRegion", given=sts, allowed=ALLOWED_REGIONS)
    yield from _endpoints(structured(field(resource.props, "endpoints")))


def _endpoints(endpoints: Tree) -> Iterable[Finding]:
    if endpoints is MISSING:
        return
    for path, value in leaves(endpoints, "endpoints"):
        if not (isinstance(value, str) and (value == "" or _inside(value))):
            hosts = ", ".join(sorted(BOUNDARY.endpoint_hosts)) or "none"
            reach = f"an endpoint of {ALLOWED_REGIONS}, or a host listed in the boundary ({hosts})"
            yield Finding(path=path, given=value, allowed=reach)


def _inside(url: str) -> bool:
    host = _HOST.sub(r"\1", url.lower())
    regional = host.endswith(_REGION_CODE_HOSTS) and not list(foreign_hosts(url))
    in_region = any(f".{name}." in f".{host}" for name in BOUNDARY.region_names)
    return (regional and in_region) or host in BOUNDARY.endpoint_hosts


policy = resource_rule(
    __name__,
    description="The AWS provider works in an allowed region, with endpoints of that region only.",
    severity=Severity.CRITICAL,
    remediation="set the region of the provider to an allowed one and drop foreign endpoints.",
    judge=judge,
)
