"""What the stand-in keeps itself, one file for each service."""

import importlib
import pkgutil

from sandbox.aws.cloud.keeping import Service


def services() -> list[Service]:
    """Return every kept service."""
    return [
        importlib.import_module(f"{__name__}.{module.name}").SERVICE
        for module in pkgutil.iter_modules(__path__)
    ]
