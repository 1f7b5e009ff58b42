"""What policy documents say of a request: statements, patterns and conditions, as IAM reads them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

IF_EXISTS: Final = "IfExists"


class Said(Enum):
    """What documents say of a request."""

    DENIED = "denied"
    ALLOWED = "allowed"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Request:
    """What is asked, by whom, and how it came.

    Attributes:
        action: `s3:GetObject`.
        resource: ARN of what it is about.
        facts: Condition keys that the request has.
    """

    action: str
    resource: str
    facts: Mapping[str, str] = field(default_factory=dict)


class UnknownConditionError(Exception):
    """A condition that nothing here can judge."""


def said(documents: Iterable[Mapping[str, Any]], request: Request) -> Said:
    """What the documents say together: one denial is enough.

    Raises:
        UnknownConditionError: A condition has an operator that is not known.
    """
    found = Said.NOTHING
    for document in documents:
        for statement in _listed(document.get("Statement")):
            if not _applies(statement, request):
                continue
            if statement["Effect"] == "Deny":
                return Said.DENIED
            found = Said.ALLOWED
    return found


def _applies(statement: Mapping[str, Any], request: Request) -> bool:
    """Whether a statement is about a request.

    Documents of roles name no principal. Those of resources name everybody or services, and no
    service ever asks here.
    """
    if "Principal" in statement and not _everybody(statement["Principal"]):
        return False
    return (
        _named(statement, "Action", request.action, ignoring_case=True)
        and _named(statement, "Resource", request.resource)
        and all(
            _holds(operator, key, _listed(values), request.facts)
            for operator, keys in (statement.get("Condition") or {}).items()
            for key, values in keys.items()
        )
    )


def _everybody(principal: Any) -> bool:
    return "*" in _listed(principal.get("AWS") if isinstance(principal, Mapping) else principal)


def _named(
    statement: Mapping[str, Any], element: str, value: str, *, ignoring_case: bool = False
) -> bool:
    flags = re.IGNORECASE if ignoring_case else 0
    if element in statement:
        return any(_like(pattern, value, flags) for pattern in _listed(statement[element]))
    return not any(
        _like(pattern, value, flags) for pattern in _listed(statement.get(f"Not{element}"))
    )


def _holds(operator: str, key: str, values: list[Any], facts: Mapping[str, str]) -> bool:
    lowered = {name.lower(): fact for name, fact in facts.items()}
    fact = lowered.get(key.lower())
    if operator == "Null":
        return str(fact is None).lower() in {str(value).lower() for value in values}
    name = operator.removesuffix(IF_EXISTS)
    negated = "Not" in name
    if name.replace("Not", "") not in _MATCHES:
        raise UnknownConditionError(f"the condition {operator} of {key} is not known")
    if fact is None:
        return negated or operator.endswith(IF_EXISTS)
    matches = _MATCHES[name.replace("Not", "")]
    return negated != any(matches(str(value), fact) for value in values)


def _like(pattern: str, value: str, flags: int = 0) -> bool:
    text = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(text, value, flags | re.DOTALL) is not None


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


_MATCHES: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": lambda wanted, fact: wanted.lower() == fact.lower(),
    "NumericLessThan": lambda wanted, fact: float(fact) < float(wanted),
    "StringEquals": lambda wanted, fact: wanted == fact,
    "StringLike": _like,
}
