"""The AWS provider itself works in an allowed region, with the endpoints of that region."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.accepting import listed, one_of
from policies.addresses import private
from policies.boundary import BOUNDARY
from policies.hosts import plain_host
from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.locations import ALLOWED_REGIONS, foreign_hosts
from policies.reading import MISSING, Tree, field, leaves, structured

_REGION_CODE_HOSTS: Final = (".amazonaws.com", ".api.aws")
_ALLOWED: Final = (listed(BOUNDARY.region_names), ALLOWED_REGIONS)


def _proxy(value: Tree) -> bool:
    host = plain_host(value) if isinstance(value, str) else ""
    return host in BOUNDARY.host_names or private(host)


_BEHIND: Final = (_proxy, "a proxy at a private address, or at a host that the boundary lists")
TYPES: Final[dict[str, tuple[Demand, ...]]] = {
    "pulumi:providers:aws": (
        ("region", *_ALLOWED),
        ("stsRegion?", *_ALLOWED),
        ("s3UsEast1RegionalEndpoint?", one_of("regional"), '"regional"'),
        ("httpProxy?", *_BEHIND),
        ("httpsProxy?", *_BEHIND),
    )
}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges where a provider sends its calls."""
    yield from unmet(resource.props, TYPES.get(resource.type, ()))
    given = field(resource.props, "endpoints") if resource.type in TYPES else MISSING
    for path, value in leaves(structured(given), "endpoints") if given is not MISSING else ():
        if not (isinstance(value, str) and (value == "" or _inside(plain_host(value)))):
            hosts = ", ".join(sorted(BOUNDARY.endpoint_hosts)) or "none"
            reach = f"an endpoint of {ALLOWED_REGIONS}, or a host listed in the boundary ({hosts})"
            yield Finding(path=path, given=value, allowed=reach)


def _inside(host: str) -> bool:
    regional = host.endswith(_REGION_CODE_HOSTS) and not list(foreign_hosts(host))
    in_region = any(f".{name}." in f".{host}" for name in BOUNDARY.region_names)
    return (regional and in_region) or host in BOUNDARY.endpoint_hosts


policy = resource_rule(
    __name__,
    description="The AWS provider works in an allowed region, with endpoints of that region only.",
    severity=Severity.CRITICAL,
    remediation="set the region to an allowed one; drop foreign endpoints and proxies.",
    judge=judge,
)
