"""Statements that deny, in policies that grant nothing: they name what is foreign to refuse it."""

from collections.abc import Iterator
from typing import Final

from policies.judging import Declared
from policies.reading import field, structured

_POLICY: Final = "aws:organizations/policy:Policy"
# AWS lets neither type grant anything: what they do not deny is allowed elsewhere, or not at all.
_GRANT_NOTHING: Final = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")


def denials(resource: Declared) -> tuple[str, ...]:
    """Where the denying statements of an organisation's policy stand.

    Args:
        resource: Any resource.

    Returns:
        Paths below which nothing is reached, only refused; none for any other resource.
    """
    if resource.type != _POLICY or field(resource.props, "type") not in _GRANT_NOTHING:
        return ()
    return tuple(_denials(structured(field(resource.props, "content"))))


def _denials(document: object) -> Iterator[str]:
    statements = field(document, "Statement")
    if field(statements, "Effect") == "Deny":
        yield "content.Statement."
    elif isinstance(statements, list):
        for index, statement in enumerate(statements):
            if field(statement, "Effect") == "Deny":
                yield f"content.Statement[{index}]."


def refused(resource: Declared, path: str) -> bool:
    """Tells whether a path of a resource is inside a statement that denies."""
    return any(path.startswith(f"{one.path}.") for one in resource.statements if one.denies)
