"""Turning what pydantic found into faults that name the field and what it takes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from environments.fault import Fault, listing, quote
from environments.model import Environment
from environments.quantity import FORMS
from environments.section import BROKEN_LAW, Section

Schema = dict[str, Any]

# Type of the pydantic error -> what is wrong, and what is allowed, from the error's context.
_WORDS: Final[Mapping[str, tuple[str, Callable[[Mapping[str, Any]], str]]]] = {
    "int_type": ("not a whole number", lambda _: "a whole number, without quotes"),
    "int_from_float": ("not a whole number", lambda _: "a whole number"),
    "string_type": ("not text", lambda _: "text; in quotes where it looks like a number"),
    "tuple_type": ("not a list", lambda _: "a list: `[a, b]`, or one `- a` line for each"),
    "mapping_type": ("not a section", lambda _: "a section: `key: value` lines"),
    "dict_type": ("not a section", lambda _: "a section: `key: value` lines"),
    "model_type": ("not a section", lambda _: "a section: `key: value` lines"),
    "model_attributes_type": ("not a section", lambda _: "a section: `key: value` lines"),
    "enum": ("not one of the choices", lambda c: str(c["expected"])),
    "literal_error": ("not one of the choices", lambda c: str(c["expected"])),
    "union_tag_invalid": ("not one of the kinds", lambda c: str(c["expected_tags"])),
    "union_tag_not_found": ("its kind is missing", lambda _: "a `kind:` line"),
    "greater_than_equal": ("too small", lambda c: f"from {c['ge']}"),
    "less_than_equal": ("too large", lambda c: f"up to {c['le']}"),
    "string_pattern_mismatch": (
        "not of the right form",
        lambda c: FORMS[c["pattern"]],
    ),
    "string_too_short": ("too short", lambda c: f"at least {c['min_length']} characters"),
    "string_too_long": ("too long", lambda c: f"at most {c['max_length']} characters"),
    "date_from_datetime_parsing": ("not a date", lambda _: "a date, such as 2027-01-31"),
    "date_parsing": ("not a date", lambda _: "a date, such as 2027-01-31"),
    "date_type": ("not a date", lambda _: "a date, such as 2027-01-31"),
    "too_short": ("too few", lambda c: f"at least {c['min_length']}"),
}


def explain(
    error: ValidationError, data: Mapping[str, Any], model: type[Section] = Environment
) -> tuple[Fault, ...]:
    """Return the faults behind a failed validation of a file's data against a model."""
    found = [(details, _path(details, data)) for details in error.errors()]
    paths = [path for _, path in found]
    return tuple(
        fault
        for details, path in found
        # A list of one bad item is "too short" too, which would only send the reader astray.
        if not (details["type"] == "too_short" and any(path == p[:-1] for p in paths if p))
        for fault in _faults(details, path, data, _schema_of(model))
    )


def _faults(
    details: ErrorDetails, path: tuple[str | int, ...], data: Mapping[str, Any], whole: Schema
) -> Iterator[Fault]:
    kind, context = details["type"], details.get("ctx", {})
    schema = _schema_at(path[:-1], data, whole)
    field = schema.get("properties", {}).get(path[-1], {}) if path else {}
    if kind == BROKEN_LAW:
        yield from (fault.under(*path) for fault in context["faults"])
    elif kind == "missing":
        yield Fault(
            path=path,
            reason="a required key is missing",
            given="nothing",
            allowed=field.get("description", "a value"),
        )
    elif kind == "extra_forbidden":
        keys = list(schema.get("properties", {}))
        close = get_close_matches(str(path[-1]), keys, n=1)
        yield Fault(
            path=path,
            reason=f"unknown key; did you mean {close[0]}?" if close else "unknown key",
            given=quote(path[-1]),
            allowed=listing(keys),
        )
    else:
        reason, allowed = _words(kind, context, details["msg"])
        if "description" in field:
            allowed += f" ({field['description'].rstrip('.')})"
        yield Fault(path=path, reason=reason, given=quote(details["input"]), allowed=allowed)


def _words(kind: str, context: Mapping[str, Any], message: str) -> tuple[str, str]:
    """Say what is wrong and what is allowed; pydantic's own words where ours are missing."""
    if kind in _WORDS:
        reason, allowed = _WORDS[kind]
        return reason, allowed(context)
    return "not accepted", message.removeprefix("Value error, ")


def _path(details: ErrorDetails, data: Any) -> tuple[str | int, ...]:
    """Drop what pydantic adds to a path (kinds of a union, `[key]`) and no file shows."""
    path: list[str | int] = []
    for position, step in enumerate(details["loc"], start=1):
        absent = details["type"] == "missing" and position == len(details["loc"])
        inside = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if inside or (isinstance(data, Mapping) and step in data):
            data = data[step]
        elif not absent:
            continue
        path.append(step)
    return tuple(path)


@cache
def _schema_of(model: type[Section]) -> Schema:
    return model.model_json_schema()


def _schema_at(path: Iterable[str | int], data: Any, whole: Schema) -> Schema:
    """Walk down the JSON schema beside the data, choosing the kind of site that the data name."""
    schema = _resolve(whole, data, whole)
    for step in path:
        data = data[step]
        properties = schema.get("properties", {})
        below = properties.get(step) if properties else schema.get("additionalProperties")
        schema = _resolve(below or schema.get("items", {}), data, whole)
    return schema


def _resolve(schema: Schema, data: Any, whole: Schema) -> Schema:
    while True:
        if "discriminator" in schema:
            kinds = schema["discriminator"]["mapping"]
            key = schema["discriminator"]["propertyName"]
            kind = data.get(key) if isinstance(data, Mapping) else None
            schema = {"$ref": kinds[kind]} if kind in kinds else {}
        elif "anyOf" in schema:
            options = (
                option for option in schema["anyOf"] if "$ref" in option or "oneOf" in option
            )
            schema = next(options, {})
        elif "$ref" in schema:
            schema = whole["$defs"][schema["$ref"].rpartition("/")[2]]
        else:
            return schema
