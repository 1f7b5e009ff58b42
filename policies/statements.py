"""Statements of IAM policy documents, wherever a resource holds one, read the way AWS does.

Names of elements, effects and actions are compared without case, and one value stands for a list
of one. What cannot be read is kept, so that whoever judges it refuses it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from policies.reading import MISSING, UNKNOWN, Tree, structured

_NARROWING: Final = frozenset(
    {
        *(f"aws:principal{what}" for what in ("account", "arn", "orgid", "orgpaths")),
        *(f"aws:source{what}" for what in ("account", "arn", "orgid", "vpc", "vpce", "vpcarn")),
        *("kms:calleraccount", "aws:resourceaccount", "aws:resourceorgid", "aws:userid"),
    }
)
_POSITIVE: Final = ("stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike")


@dataclass(frozen=True)
class Statement:
    """One statement of a policy document.

    Attributes:
        path: Where it stands in its resource.
        elements: Its elements, names in lower case.
    """

    path: str
    elements: dict[str, Tree]

    @property
    def denies(self) -> bool:
        """Whether it takes rights away; anything else is judged as if it gave them."""
        return str(self.elements.get("effect")).lower() == "deny"

    def values(self, element: str) -> list[Tree]:
        """Values of an element as a list; empty if it is not there."""
        value = self.elements.get(element, MISSING)
        return value if isinstance(value, list) else [] if value is MISSING else [value]

    def principals(self) -> Iterator[tuple[str, Tree]]:
        """Yields kind and value of each principal; the kind of `"*"` is `AWS`."""
        for principal in self.values("principal"):
            if not isinstance(principal, dict):
                yield "AWS", principal
                continue
            for kind, value in principal.items():
                for one in value if isinstance(value, list) else [value]:
                    yield kind, one

    def allows(self, action: str) -> bool:
        """Tells whether its actions cover one, wildcards included; with NotAction, all but."""
        if "notaction" in self.elements:
            return not _covers(self.values("notaction"), action)
        return _covers(self.values("action"), action)

    def conditions(self) -> Iterator[tuple[str, str, list[Tree]]]:
        """Yields operator and key, in lower case, and the values of each condition."""
        condition = self.elements.get("condition")
        for operator, keys in condition.items() if isinstance(condition, dict) else ():
            for key, value in keys.items() if isinstance(keys, dict) else ():
                yield (
                    operator.lower(),
                    key.lower(),
                    value if isinstance(value, list) else [value],
                )


def _covers(patterns: list[Tree], action: str) -> bool:
    return any(
        not isinstance(pattern, str) or fnmatchcase(action.lower(), pattern.lower())
        for pattern in patterns
    )


def statements(props: Tree, at: str = "") -> Iterator[Statement]:
    """Finds the statements of every policy document in a tree, JSON in strings included."""
    opened = structured(props) if _may_hold(props) else props
    if isinstance(opened, list):
        for index, value in enumerate(opened):
            yield from statements(value, f"{at}[{index}]")
    elif isinstance(opened, dict):
        for key, value in opened.items():
            here = f"{at}.{key}" if at else key
            if key.lower() in ("statement", "statements"):
                yield from _read(structured(value), here)
            elif isinstance(value, dict | list | str):
                yield from statements(value, here)


def _may_hold(value: Tree) -> bool:
    return isinstance(value, str) and "statement" in value.lower()


def _read(value: Tree, at: str) -> Iterator[Statement]:
    listed = isinstance(value, list)
    for index, one in enumerate(value if listed else [value]):
        path = f"{at}[{index}]" if listed else at
        if isinstance(one, dict):
            yield Statement(path, {str(key).lower(): element for key, element in one.items()})


def narrowed(statement: Statement) -> bool:
    """Tells whether a condition holds a statement to an account, organisation, network or source.

    Operators that also pass where the key is missing (`...IfExists`), or that exclude, narrow
    nothing, nor does a bare wildcard.
    """
    return any(
        key in _NARROWING
        and operator.removeprefix("foranyvalue:") in _POSITIVE
        and all(
            value is UNKNOWN or (isinstance(value, str) and value.strip("*")) for value in values
        )
        for operator, key, values in statement.conditions()
    )
