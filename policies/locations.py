"""Which region a text speaks of: region names, ARNs and service host names of the cloud."""

import re
from collections.abc import Iterator
from typing import Final

from policies.boundary import BOUNDARY

ALLOWED_REGIONS: Final = "region " + " or ".join(sorted(BOUNDARY.region_names))

_ARN: Final = re.compile(r"\barn:aws[\w-]*:[\w.*?-]*:([\w*?$\{\}:.-]*?):[^\s\"',]*", re.IGNORECASE)
_REGIONAL_HOST: Final = re.compile(
    r"[\w.*-]*?\b([a-z]{2,3}(?:-[a-z]+)+-\d+)\.(?:amazonaws\.com(?:\.cn)?|api\.aws|vpce\.amazonaws\.com)\b",
    re.IGNORECASE,
)
_GLOBAL_HOST: Final = re.compile(
    r"(?:://|[\w-]\.)s3(?:-accelerate(?:\.dualstack)?|-external-1)?\.amazonaws\.com\b",
    re.IGNORECASE,
)


def allowed(region: str) -> bool:
    """Tells whether a region is inside the boundary; names are compared exactly."""
    return region in BOUNDARY.region_names


def foreign_arns(text: str) -> Iterator[str]:
    """Yields every ARN in a text that names a region outside the boundary, or any region."""
    for match in _ARN.finditer(text):
        if match[1] and not allowed(match[1]):
            yield match[0]


def foreign_hosts(text: str) -> Iterator[str]:
    """Yields every service host name in a text that answers from outside the boundary."""
    for match in _REGIONAL_HOST.finditer(text):
        if not allowed(match[1].lower()):
            yield match[0]
    for match in _GLOBAL_HOST.finditer(text):
        yield match[0].removeprefix("://")
