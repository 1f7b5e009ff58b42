"""Looks a resource token up in the installed SDKs, so that no table names what does not exist."""

import importlib
import inspect
import re
import warnings


def arguments(token: str) -> set[str]:
    """Names of the inputs of a resource type, camelCase as on the wire; empty if there is none."""
    package, module, name = token.split(":")
    if package == "kubernetes":
        group, _, version = module.partition("/")
        folder = ".".join(filter(None, (group.partition(".")[0], version)))
    else:
        folder = module.partition("/")[0]
        folder = {"lambda": "lambda_"}.get(folder, folder)
    hidden = {"self", "resource_name", "opts", "args", "__props__", "__self__"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the SDK's own old names
        resource = getattr(importlib.import_module(f"pulumi_{package}.{folder}"), name)
        names = (
            set(
                inspect.signature(getattr(resource, "_internal_init", resource.__init__)).parameters
            )
            - hidden
        )
    return {re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name) for name in names}
