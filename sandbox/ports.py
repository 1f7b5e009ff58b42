"""Loopback ports of a sandbox."""

import os
from dataclasses import dataclass

from sandbox.faults import SandboxError

FIRST_PORT = 16443
ALLOWED_PORTS = range(1024, 65001)


@dataclass(frozen=True)
class Ports:
    """Loopback ports of a sandbox: of the API server, the serving endpoint, the object store."""

    api: int
    serving: int
    store: int


def ports() -> Ports:
    """Ports from `MIZAN_PORT` on, by default 16443 to 16445.

    Raises:
        SandboxError: The variable is no usable port number.
    """
    given = os.environ.get("MIZAN_PORT") or str(FIRST_PORT)
    if not given.isdigit() or int(given) not in ALLOWED_PORTS:
        raise SandboxError(
            f"MIZAN_PORT is {given!r}; allowed is a number from 1024 to 65000.",
            "unset it, or choose a free port.",
        )
    return Ports(api=int(given), serving=int(given) + 1, store=int(given) + 2)
