"""What tells a plain-text listener from an encrypted one in Kubernetes objects, as tables.

A port that says nothing of its protocol cannot be told apart; NetworkPolicies and the TLS of the
workload itself hold there.
"""

from collections.abc import Iterator
from typing import Final

from policies.accepting import one_of
from policies.judging import Demand, Finding
from policies.reading import MISSING, Tree, find

_PLAIN_NAMES: Final = frozenset(
    {"ftp", "h2c", "http", "http2", "ldap", "plaintext", "telnet", "ws"}
)
_PLAIN_NUMBERS: Final = frozenset({21, 23, 80, 389, 8008, 8080})


def _encrypted(port: Tree) -> bool:
    """Accepts a port, a port name or a protocol that does not stand for plain text."""
    if isinstance(port, str):
        name = port.lower().rpartition("/")[2]
        if name.isdecimal():
            return int(name) not in _PLAIN_NUMBERS
        return name.split("-", maxsplit=1)[0] not in _PLAIN_NAMES
    if isinstance(port, int | float) and not isinstance(port, bool):
        return port not in _PLAIN_NUMBERS
    return port is MISSING


_NAME: Final = (_encrypted, "a name that does not say plain text, like https")
_NUMBER: Final = (_encrypted, "a port that is not known for plain text, like 443 or 8443")
_HTTPS: Final = (one_of("HTTPS"), '"HTTPS"')
_NO_GRPC: Final = (lambda value: value is MISSING, "an HTTPS or exec probe: a gRPC one is plain")
_PROBES: Final = ("livenessProbe", "readinessProbe", "startupProbe")
_HOOKS: Final = ("postStart", "preStop")

OBJECTS: Final[dict[str, tuple[Demand, ...]]] = {
    "core/Service": (
        ("spec.ports[*].name", *_NAME),
        ("spec.ports[*].appProtocol", *_NAME),
        ("spec.ports[*].port", *_NUMBER),
        ("spec.ports[*].targetPort", *_NUMBER),
    ),
    "networking.k8s.io/Ingress": (
        ("spec.tls[+]", lambda value: isinstance(value, dict), "at least one entry"),
    ),
    "gateway.networking.k8s.io/Gateway": (
        ("spec.listeners[+].protocol", one_of("HTTPS", "TLS"), '"HTTPS" or "TLS"'),
    ),
}
"""What each kind of object is asked for."""

CONTAINER: Final[tuple[Demand, ...]] = (
    ("ports[*].name", *_NAME),
    ("ports[*].containerPort", *_NUMBER),
    *((f"{probe}?.httpGet?.scheme", *_HTTPS) for probe in _PROBES),
    *((f"{probe}?.grpc", *_NO_GRPC) for probe in _PROBES),
    *((f"lifecycle?.{hook}?.httpGet?.scheme", *_HTTPS) for hook in _HOOKS),
)
"""What each container is asked for: its ports, and the listeners that its probes speak to."""


def hosts_without_tls(ingress: Tree, at: str) -> Iterator[Finding]:
    """Finds the hosts of an ingress that none of its TLS entries covers.

    Args:
        ingress: The ingress object.
        at: Where it stands in its resource.

    Yields:
        A finding for each host in plain text. An entry without hosts covers all.
    """
    entries = [entry for _, entry in find(ingress, "spec.tls[*]")]
    covered = [host for entry in entries for _, host in find(entry, "hosts[+]")]
    if not entries or MISSING in covered:
        return
    for path, host in find(ingress, "spec.rules[*].host", at):
        wildcard = f"*.{host.partition('.')[2]}" if isinstance(host, str) else None
        if not isinstance(host, str) or (host not in covered and wildcard not in covered):
            yield Finding(path=path, given=host, allowed="a host that spec.tls covers")
