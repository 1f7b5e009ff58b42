"""What a resource would be, as far as it is known before AWS is asked."""

from pulumi.runtime.rpc import UNKNOWN

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


def _inside(value: object, kind: Kind) -> object:
    """Return a declared block with what AWS may add to it."""
    if kind.name != "object" or not isinstance(value, dict):
        return value
    return {
        name: _inside(value[name], known.kind) if value.get(name) is not None else UNKNOWN
        for name, known in kind.properties.items()
    }
