"""Which texts name a place that data could go to, and whether that place is inside the boundary.

Three shapes are recognised: a URL of any scheme, an address (``host:port``, or an IP address), and
a bare host name. A bare name counts where its last label is a top-level domain, or where the field
that holds it is one for hosts; everything else with dots in it is a key, a file or a class.
"""

import ipaddress
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import yaml

from policies.addresses import PRIVATE, lies_in
from policies.boundary import BOUNDARY
from policies.locations import ALLOWED_REGIONS, foreign_hosts

ALLOWED: Final = (
    "a host of the cluster (.svc.cluster.local), a private address, an AWS host of "
    f"{ALLOWED_REGIONS}, or a host that boundary.yaml lists"
)

_URL: Final = re.compile(
    r"([a-z][a-z0-9+.\-]*):(?:[a-z0-9]+:)?(?://|\\/\\/)([^\s\"'<>`/?#\\;|)}]*)", re.IGNORECASE
)
_TOKEN: Final = re.compile(r"[^\s\"'<>`()\[\]{},;|=]+")
_HOST: Final = re.compile(
    r"(?:[a-z0-9_*](?:[a-z0-9_-]*[a-z0-9])?\.)+([a-z][a-z0-9-]*[a-z0-9])\.?", re.IGNORECASE
)
_PORT: Final = re.compile(r"(.+?):(\d{1,5}|\*)(?:/.*)?")
_IPV4: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?:/\d+)?")
_IPV6: Final = re.compile(r"(?=.*:.*:)[0-9a-f:.]{6,}(?:/\d+)?", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+))*", re.IGNORECASE)
_AWS: Final = re.compile(
    rf"(?:^|\.)(?:{'|'.join(map(re.escape, sorted(BOUNDARY.region_names)))})"
    r"\.(?:[a-z0-9-]+\.)*(?:amazonaws\.com|api\.aws|on\.aws|compute\.internal)"
)
_VARIABLE: Final = re.compile(r"\$[({]?\w+")
_INSIDE: Final = (".svc", ".svc.cluster.local", ".cluster.local", ".invalid", ".localhost")
"""Names of the cluster, and those that RFC 6761 keeps from ever leading anywhere."""

_FIELD: Final = re.compile(
    r"(?:hosts?|host_?names?|endpoints?|ur[il]s?|addr|address(?:es)?|servers?|domains?|dsn|brokers?"
    r"|bootstrap|proxy|site|realm|issuer|fqdn|external_?name|match_?(?:name|pattern)|collector)$",
    re.IGNORECASE,
)
"""Ends of names of fields that hold hosts: there, any name with a dot in it is one."""

_TABLE: Final = yaml.safe_load(
    Path(__file__).resolve().with_name("destinations.yaml").read_text(encoding="utf-8")
)
_DOMAINS: Final = frozenset(_TABLE["domains"])
_ENDS_OF_FILES: Final = frozenset(_TABLE["ends_of_files"])
_FOREIGN_SCHEMES: Final = frozenset(_TABLE["foreign_schemes"])
_LOCAL_SCHEMES: Final = frozenset(_TABLE["local_schemes"])
_COUNTRY: Final = re.compile(r"[a-z]{2}")

_OWN: Final = (
    *PRIVATE,
    *map(
        ipaddress.ip_network,
        ("127.0.0.0/8", "169.254.0.0/16", "fe80::/10", "::1/128", "0.0.0.0/32", "::/128"),
    ),
)
"""Ranges of one's own network or machine, and the two addresses to listen on; those for examples
are nobody's, so an address of one is whosever a router sends it to."""


def outside(text: str, name: str = "") -> Iterator[str]:
    """Yields every place outside the boundary that a text names.

    Args:
        text: Any text of a Kubernetes object.
        name: Name of the field, variable or option that holds it; empty for running text.
    """
    rest = text
    for match in _URL.finditer(text) if "//" in text or "\\/" in text else ():
        rest = rest.replace(match[0], " ")
        scheme = match[1].lower()
        if scheme in _FOREIGN_SCHEMES:
            yield match[0]
        elif scheme not in _LOCAL_SCHEMES:
            yield from (host for host in _hosts_of(match[2]) if not inside(host))
    if "." not in rest and "::" not in rest and not _IPV6.search(rest):
        return
    for token in _TOKEN.findall(rest):
        yield from _bare(token.strip(".,").lstrip("/"), _FIELD.search(name) is not None)


def inside(host: str) -> bool:
    """Tells whether a host, as it stands in a URL, is inside the boundary or of the cluster."""
    host = host.lower()
    if host in BOUNDARY.host_names or not host:
        return True
    if ":" in host or _IPV4.fullmatch(host):
        return private(host.partition("%")[0])
    if _NUMBER.fullmatch(host) or host.endswith("."):
        return host.endswith(".svc.cluster.local.")
    # A name of one label is one of the cluster: resolvers put the cluster's domains behind it.
    return (
        "." not in host
        or host.endswith(_INSIDE)
        or _AWS.search(host) is not None
        or (
            any(True for _ in foreign_hosts(host))  # told by residency-service-host
        )
    )


def private(network: str) -> bool:
    """Tells whether an address or range is one that nobody outside answers from."""
    return lies_in(network, _OWN)


def _hosts_of(authority: str) -> Iterator[str]:
    """Splits what stands between the slashes of a URL, which may be several hosts."""
    for part in authority.rpartition("@")[2].split(","):
        host = part.rpartition("//")[2].strip()
        if host.startswith("["):
            yield host[1:].partition("]")[0]
        else:
            yield _VARIABLE.sub("x", host).partition(":")[0]


def _bare(token: str, wanted: bool) -> Iterator[str]:  # noqa: FBT001 - one caller
    if _IPV6.fullmatch(token) or _IPV4.fullmatch(token.partition(":")[0]):
        address = token if _IPV6.fullmatch(token) else token.partition(":")[0]
        if not private(address):
            yield token
        return
    port = _PORT.fullmatch(token)
    host = port[1] if port else token.partition("/")[0]
    match = _HOST.fullmatch(host.rpartition("@")[2])
    if match is None or inside(match[0]):
        return
    end = match[1].lower()
    known = end in _DOMAINS or (_COUNTRY.fullmatch(end) is not None and end not in _ENDS_OF_FILES)
    if known or wanted or (port is not None and not _IPV4.fullmatch(host)):
        yield match[0]
