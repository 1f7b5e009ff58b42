"""What a resource would be, as far as it is known before AWS is asked."""

from pulumi.runtime.rpc import UNKNOWN

from sandbox.aws.provider.parameters import merged
from sandbox.aws.provider.resource import Resource
from sandbox.aws.provider.schema import Kind, Schema
from sandbox.provider_service.values import Values


def foreseen(schema: Schema, inputs: Values, region: str) -> Values:
    """Return the outputs of a resource that does not exist yet."""
    made = {
        name: _inside(value, schema.outputs[name].kind)
        for name, value in inputs.items()
        if name in schema.outputs
    }
    for name, known in schema.outputs.items():
        if name not in made and known.required:
            made[name] = UNKNOWN
    if "tagsAll" in schema.outputs:
        made["tagsAll"] = inputs.get("tags") or {}
    if "region" in schema.outputs:
        made["region"] = inputs.get("region") or region
    return made


def foreseen_change(resource: Resource, old: Values, state: Values, inputs: Values) -> Values:
    """Return the outputs of a resource after an update in place.

    Args:
        resource: the type's table.
        old: inputs of the last update.
        state: outputs of the last update.
        inputs: inputs now.
    """
    kept = {name: value for name, value in state.items() if name in inputs or name not in old}
    made: Values = merged(kept, inputs)
    made |= dict.fromkeys(resource.renewed, UNKNOWN)
    if "tagsAll" in state:
        made["tagsAll"] = inputs.get("tags") or {}
    return {name: value for name, value in made.items() if not name.startswith("__")}


def _inside(value: object, kind: Kind) -> object:
    """Return a declared block with what AWS may add to it."""
    if kind.name != "object" or not isinstance(value, dict):
        return value
    return {
        name: _inside(value[name], known.kind) if value.get(name) is not None else UNKNOWN
        for name, known in kind.properties.items()
    }
