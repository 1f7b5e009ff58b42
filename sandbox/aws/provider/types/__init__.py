"""The tables: one file for each service."""

import importlib
import pkgutil
from functools import cache

from sandbox.aws.provider.resource import Resource
from sandbox.provider_service.errors import ProviderError


@cache
def every() -> dict[str, Resource]:
    """Return every table by its resource type.

    Raises:
        ValueError: two tables are for one type.
    """
    found: dict[str, Resource] = {}
    for module in pkgutil.iter_modules(__path__):
        for resource in importlib.import_module(f"{__name__}.{module.name}").TYPES:
            if resource.token in found:
                raise ValueError(f"{module.name} describes {resource.token} a second time")
            found[resource.token] = resource
    return found


def table(token: str) -> Resource:
    """Return the table of a resource type.

    Raises:
        ProviderError: there is none.
    """
    found = every().get(token)
    if found is None:
        raise ProviderError(
            f"resource type {token!r} is not known to this provider, which stands in for the "
            "official AWS plugin: describe it in sandbox/aws/provider/types, or install the plugin"
        )
    return found
