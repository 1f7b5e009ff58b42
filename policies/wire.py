"""Properties as the engine sends them, read into plain data once for all rules."""

from typing import Any, Final

from google.protobuf.struct_pb2 import Struct, Value
from pulumi.runtime.proto import analyzer_pb2 as protocol

from policies.judging import Declared
from policies.reading import SENTINELS, UNKNOWN, Tree

# The engine marks by this key what is no plain value, and by these values what it is instead:
# https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go
_MARK: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a mark, and no secret
_CONTENT: Final = ("c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7")


def declared(request: protocol.AnalyzeRequest | protocol.AnalyzerResource) -> Declared:
    """Reads a resource, but for what its inputs were made from."""
    provided = request.HasField("provider")
    return Declared(
        type=request.type,
        urn=request.urn,
        name=request.name,
        props=tree(request.properties),
        provider_type=request.provider.type if provided else None,
        provider_props=tree(request.provider.properties) if provided else None,
    )


def sources(resource: protocol.AnalyzerResource) -> dict[str, tuple[str, ...]]:
    """Reads what each input of a resource in a stack was made from, by URN."""
    return {key: tuple(made_from.urns) for key, made_from in resource.propertyDependencies.items()}


def tree(properties: Struct) -> dict[str, Tree]:
    """Reads properties: secrets open, files and archives by where they come from.

    Args:
        properties: As they are in a request of the engine.

    Returns:
        Plain data; ``UNKNOWN`` for what is not known yet and for marks that nobody here knows.
    """
    fields: Any = properties.fields
    return {key: _read(fields[key]) for key in fields}


def _read(value: Value) -> Tree:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return UNKNOWN if text in SENTINELS else text
    if kind == "struct_value":
        inner = value.struct_value
        return _marked(inner) if _MARK in inner.fields else tree(inner)
    if kind == "list_value":
        return [_read(element) for element in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    return value.bool_value if kind == "bool_value" else None


def _marked(inner: Struct) -> Tree:
    mark = inner.fields[_MARK].string_value
    if mark == _SECRET and "value" in inner.fields:
        return _read(inner.fields["value"])
    if mark in _CONTENT:
        return {key: _read(inner.fields[key]) for key in inner.fields if key != _MARK}
    return UNKNOWN
