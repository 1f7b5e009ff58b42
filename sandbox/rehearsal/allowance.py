"""The reviewed word that what holds data may end, which `destroy` needs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from sandbox.files import replace

VARIABLE = "MIZAN_ALLOWANCES"
DAYS = 1


def write(path: Path, resource: str = "*") -> None:
    """Allow the end of `resource` until tomorrow.

    Args:
        path: File of allowances.
        resource: Logical name, or `*` for all.
    """
    entry = {
        "resource": resource,
        "reason": "the rehearsal ends, and everything that it made with it",
        "approver": "rehearsal",
        "expires": (datetime.now(UTC) + timedelta(days=DAYS)).date().isoformat(),
    }
    replace(path, yaml.safe_dump({"allowances": [entry]}, sort_keys=False))
