"""Which hosts data may be sent to: those of the region, private ones, and those of the boundary."""

import re
from typing import Final
from urllib.parse import urlsplit

from policies.addresses import private
from policies.boundary import BOUNDARY
from policies.locations import foreign_hosts
from policies.reading import MISSING, UNKNOWN, Tree

REACHED: Final = "a host of the region, a private address, or a host that the boundary lists"
_AUTHORITY: Final = re.compile(
    r"^(?:[a-z][a-z0-9+.-]*://)?(?:[^@/\s?#\\]*@)?([^@/\s?#\\]+)(?=[/?#]|$)", re.IGNORECASE
)
_ODD: Final = re.compile(r"[^!-~]|[\\@?#%]")
_NAME: Final = re.compile(r"[a-z0-9.-]+")
_PORT: Final = re.compile(r":\d+$")
_REGIONAL: Final = (".amazonaws.com", ".api.aws")


def plain_host(url: str) -> str:
    """Gives the host of an address, in small letters, or nothing if readers may differ on it.

    So it is with a user's name, a query, a fragment, an escape, a backslash or white space in it.
    """
    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return ""
    return host if _NAME.fullmatch(host) and not _ODD.search(url) else ""


def within(value: Tree) -> bool:
    """Accepts hosts, URLs, and lists of them in one text, if all are inside the boundary.

    An unknown one is the output of a resource of this stack, and is judged when it is known.
    """
    if value is UNKNOWN:
        return True
    if not isinstance(value, str) or not value.strip():
        return False
    return all(_inside(part.strip()) for part in value.split(","))


def within_if_said(value: Tree) -> bool:
    """Accepts what `within` does, and nothing at all."""
    return value is MISSING or within(value)


def _inside(url: str) -> bool:
    if url.startswith("arn:aws"):
        return True  # where an ARN leads is judged by its region and its account
    match = _AUTHORITY.match(url)
    if match is None:
        return False
    host = _PORT.sub("", match[1]).lower().rstrip(".")
    if host in BOUNDARY.host_names or private(host):
        return True
    in_region = any(f".{name}." in f".{host}" for name in BOUNDARY.region_names)
    return in_region and host.endswith(_REGIONAL) and not any(foreign_hosts(host))
