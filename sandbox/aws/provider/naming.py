"""Names for resources that are not given one."""

import hashlib
import secrets

from sandbox.aws.provider.resource import Resource
from sandbox.aws.provider.schema import Schema
from sandbox.provider_service.values import Values

# The official provider's own mark for inputs that it filled in.
DEFAULTS = "__defaults"
_DIGITS = 7


def named(schema: Schema, resource: Resource) -> str | None:
    """Return the property that is named automatically when it is left out, if there is one."""
    known = schema.inputs.get(resource.name or "")
    return resource.name if known and not known.required else None


def with_name(
    schema: Schema, resource: Resource, new: Values, old: Values, *, of: tuple[str, bytes]
) -> Values:
    """Return the inputs with a name, kept from the old inputs where those were named here.

    Args:
        schema: the type's schema.
        resource: the type's table.
        new: inputs as the program gives them.
        old: inputs of the last update, empty for a new resource.
        of: the resource's Pulumi name, from which the name is made, and the engine's random
            seed, so that an update keeps the name its preview showed.
    """
    name = named(schema, resource)
    resource_name, seed = of
    if name is None or new.get(name) is not None:
        return new
    prefix = new.get("namePrefix") or f"{resource.name_prefix}{resource_name}-"
    # Kept also when the resource is renamed in the program: a new name would be a new resource.
    if is_autonamed(name, old) and new.get("namePrefix") == old.get("namePrefix"):
        made = old[name]
    else:
        digits = (
            hashlib.sha256(seed + resource_name.encode()).hexdigest()
            if seed
            else secrets.token_hex(_DIGITS)
        )[:_DIGITS]
        made = f"{prefix}{digits}"
    return {**new, name: made, DEFAULTS: [name]}


def is_autonamed(name: str | None, inputs: Values) -> bool:
    """Return whether a name was made here, so that a second resource can stand beside it."""
    return name in (inputs.get(DEFAULTS) or ()) and bool(inputs.get(name or ""))
