"""The user's own account, clusters and stacks, which what is played here must not touch."""

import os
from typing import Final

VARIABLES: Final = ("AWS_", "KUBE", "PULUMI_", "MIZAN_ALLOWANCES", "MIZAN_IMAGES_LOCK")
"""Beginnings of the names of the variables that lead to them."""


def forget(beginnings: tuple[str, ...] = VARIABLES) -> None:
    """Take variables out of this process's surroundings, and so out of those of its children."""
    for variable in [name for name in os.environ if name.startswith(beginnings)]:
        del os.environ[variable]
