"""The parameters of a call that a table describes."""

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.aws.provider import connection
from sandbox.aws.provider.mapping import member_of, to_parameter
from sandbox.aws.provider.resource import Aspect, Do, Facts, Resource
from sandbox.aws.provider.schema import Schema
from sandbox.aws.provider.tagging import Tagging, found, member_for_tags
from sandbox.aws.provider.templates import MISSING, fields, filled


def input_shape(resource: Resource, operation: str) -> Any:
    """Return botocore's shape of an operation's input."""
    return connection.model(resource.service).operation_model(operation).input_shape


def tagging_of(resource: Resource, schema: Schema) -> Tagging | None:
    """Return how a type is tagged; None where it is not."""
    if "tags" not in schema.inputs:
        return None
    return resource.tagging or found(resource.service, connection.model(resource.service))


def parameters(  # noqa: PLR0913 - what a call is made of
    resource: Resource,
    schema: Schema,
    given: Do,
    facts: Facts,
    values: Mapping[str, Any],
    *,
    aspect: Aspect | None = None,
) -> dict[str, Any]:
    """Return the parameters of a call.

    Args:
        resource: the type's table.
        schema: the type's schema.
        given: the call.
        facts: everything that is known, for the templates.
        values: what is sent of the properties.
        aspect: the aspect whose call it is; only its properties are sent then.

    Raises:
        UnmappedError: a property has no place in the operation's input.
    """
    shape = input_shape(resource, given.operation)
    if shape is None:
        return {}
    target = shape.members[given.into] if given.into else shape
    rename = {**resource.rename, **(aspect.rename if aspect else {})}
    made: dict[str, Any] = {}
    inside: dict[str, Any] = made.setdefault(given.into, {}) if given.into else made
    for name in _sent(resource, schema, given, aspect):
        value = values.get(name)
        if value is None:
            continue
        for structure, place in ((target, inside), (shape, made)):
            member = member_for(structure, name, schema.noun, rename)
            if member is not None:
                place[member] = to_parameter(value, structure.members[member], rename, name)
                break
    for name, template in resource.key.items():
        if name in shape.members and (value := filled(template, facts)) not in (MISSING, []):
            made[name] = value
    complete: dict[str, Any] = merged(made, filled(dict(given.send), facts))
    return complete


def member_for(target: Any, name: str, noun: str, rename: Mapping[str, str]) -> str | None:
    """Return the member of a structure that takes a property, or None."""
    wanted = rename.get(name)
    return wanted if wanted in target.members else member_of(target, name, noun)


def takes(resource: Resource, schema: Schema, given: Do, aspect: Aspect | None = None) -> set[str]:
    """Return the properties that a call sends, by itself or in a template."""
    shape = input_shape(resource, given.operation)
    taken = fields(dict(given.send))
    if shape is None:
        return taken
    for name, template in resource.key.items():
        if name in shape.members:
            taken |= fields(template)
    target = shape.members[given.into] if given.into else shape
    rename = {**resource.rename, **(aspect.rename if aspect else {})}
    return taken | {
        name
        for name in _sent(resource, schema, given, aspect)
        if member_for(target, name, schema.noun, rename)
        or member_for(shape, name, schema.noun, rename)
    }


def _sent(resource: Resource, schema: Schema, given: Do, aspect: Aspect | None) -> Iterable[str]:
    if given.only is not None:
        return given.only
    if aspect is not None:
        return aspect.properties
    # What an aspect changes later may well be given at once.
    apart = resource.untold if given == resource.create else resource.apart
    return [name for name in schema.inputs if name not in apart]


def tags_in(shape: Any, tags: Mapping[str, str]) -> dict[str, Any]:
    """Return tags as an operation's input takes them; nothing where it does not."""
    member = member_for_tags(shape)
    if member is None or not tags:
        return {}
    return {member: to_parameter(dict(tags), shape.members[member], {}, "tags")}


def merged(first: Any, second: Any) -> Any:
    """Return two structures as one, in which the second has precedence."""
    if isinstance(first, dict) and isinstance(second, dict):
        return {
            name: merged(first[name], second[name])
            if name in first and name in second
            else second.get(name, first.get(name))
            for name in {**first, **second}
        }
    return second
