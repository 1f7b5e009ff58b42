"""Hosts that this program may speak to: those of the boundary, as the cluster tells, or none.

The same module in every workload; each image is built by itself.
"""

import os
from typing import Any
from urllib.parse import urlsplit

from app.failure import ConfigurationError

VARIABLE = "MIZAN_ALLOWED_HOSTS"
"""Names with commas between; `*.x.example` is every name below `x.example`."""


def require(url: str) -> None:
    """Asks whether a URL may be fetched from or written to.

    Raises:
        ConfigurationError: Its host is outside the boundary, or no boundary is told.
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    allowed = [name for name in os.environ.get(VARIABLE, "").split(",") if name]
    if not any(_covers(name, host) for name in allowed):
        raise ConfigurationError(
            f"the host {host!r} is outside the boundary; allowed by {VARIABLE}: "
            f"{', '.join(allowed) or '(none)'}"
        )


def hold(client: Any) -> Any:
    """Lets a client of AWS send to such hosts only, wherever a store may redirect it."""
    client.meta.events.register("before-send", _before_send)
    return client


def _before_send(request: Any, **_: Any) -> None:
    require(request.url)


def _covers(name: str, host: str) -> bool:
    return host.endswith(name[1:]) if name.startswith("*.") else host == name
