"""Values that a table gives for a call: texts in which `{name}` stands for what is known."""

import re
from collections.abc import Mapping
from typing import Any

import jmespath

_FIELD = re.compile(r"\{([^{}]+)\}")
MISSING = object()


def filled(template: Any, facts: Mapping[str, Any]) -> Any:
    """Return a template with its fields filled in; MISSING where one is not known.

    A field is a path (`{name}`, `{vpcConfig.subnetIds[0]}`). A text that is one field takes its
    value whatever its type; in a structure or list, what is missing is left out.
    """
    if isinstance(template, dict):
        made = {name: filled(item, facts) for name, item in template.items()}
        return {name: item for name, item in made.items() if item is not MISSING}
    if isinstance(template, list):
        return [item for item in (filled(one, facts) for one in template) if item is not MISSING]
    if not isinstance(template, str):
        return template
    whole = _FIELD.fullmatch(template)
    if whole:
        value = jmespath.search(whole[1], facts)
        return MISSING if value is None else value
    missing = False

    def text(match: re.Match[str]) -> str:
        nonlocal missing
        value = jmespath.search(match[1], facts)
        missing = missing or value is None
        return str(value)

    made_text = _FIELD.sub(text, template)
    return MISSING if missing else made_text


def fields(template: Any) -> set[str]:
    """Return the first names of the fields that a template takes."""
    if isinstance(template, dict):
        return {name for item in template.values() for name in fields(item)}
    if isinstance(template, list):
        return {name for item in template for name in fields(item)}
    if not isinstance(template, str):
        return set()
    return {re.split(r"[^\w]", field)[0] for field in _FIELD.findall(template)}


def taken_apart(template: str, text: str) -> dict[str, str]:
    """Return the fields from which a template made a text; nothing where it did not."""
    names = _FIELD.findall(template)
    if not names or len(set(names)) < len(names) or any(not n.isidentifier() for n in names):
        return {}
    pattern = "".join(
        f"(?P<{part}>.+?)" if index % 2 else re.escape(part)
        for index, part in enumerate(_FIELD.split(template))
    )
    match = re.fullmatch(pattern, text)
    return match.groupdict() if match else {}


def path(template: str, facts: Mapping[str, Any]) -> str:
    """Return a JMESPath in which `{name}` is filled in; other braces are its own."""
    return re.sub(r"\{(\w+)\}", lambda found: str(facts.get(found[1], found[0])), template)
