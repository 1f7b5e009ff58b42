"""Which region a text speaks of: region names, ARNs and service host names of the cloud."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from policies.boundary import BOUNDARY

ALLOWED_REGIONS: Final = "region " + " or ".join(sorted(BOUNDARY.region_names))

PARTITION: Final = r"\barn[ \t]*+:[ \t]*+(?:aws[\w*?-]*|[\w-]*[*?][\w*?-]*|\$\{[^{}\s]*\})[ \t]*+:"
"""How an ARN begins, as a pattern: its partition may be a wildcard or a variable, too."""
_ARN: Final = re.compile(
    PARTITION + r"[ \t]*+[\w.*?-]*[ \t]*+:([ \t]*+[\w*?$\{\}:.-]*?[ \t]*+):[^\s\"',]*",
    re.IGNORECASE,
)
_REGIONAL_HOST: Final = re.compile(
    r"[\w.*-]{0,253}?\b([a-z]{2,3}(?:-[a-z]+)+-\d+)\.(?:amazonaws\.com(?:\.cn)?|api\.aws|vpce\.amazonaws\.com)\b",
    re.IGNORECASE,
)
_GLOBAL_HOST: Final = re.compile(
    r"(?:://|[\w-]\.)s3(?:-accelerate(?:\.dualstack)?|-external-1)?\.amazonaws\.com\b",
    re.IGNORECASE,
)
_ESCAPED: Final = 3
"""How often an address may be escaped; nobody who reads it unescapes it more often."""


def allowed(region: str) -> bool:
    """Tells whether a region is inside the boundary; names are compared exactly."""
    return region in BOUNDARY.region_names


def unescaped(text: str) -> str:
    """Takes the escapes of addresses (`%3A`) out of a text, those of escapes too."""
    for _ in range(_ESCAPED if "%" in text else 0):
        text = unquote(text)
    return text


def foreign_arns(text: str) -> Iterator[str]:
    """Yields every ARN in a text that names a region outside the boundary, or any region."""
    for match in _ARN.finditer(unescaped(text)):
        if match[1] and not allowed(match[1]):
            yield match[0]


def foreign_hosts(text: str) -> Iterator[str]:
    """Yields every service host name in a text that answers from outside the boundary."""
    text = unescaped(text)
    for match in _REGIONAL_HOST.finditer(text):
        if not allowed(match[1].lower()):
            yield match[0]
    for match in _GLOBAL_HOST.finditer(text):
        yield match[0].removeprefix("://")
