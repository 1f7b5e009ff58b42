"""What is deployed and not declared: an exported state against the plan of the same stack."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from policies.documents import Document
from policies.reading import MISSING, UNKNOWN, Tree, field, show

# The engine seals secrets in a state and hides them in a plan: neither can be compared.
_SEALED: Final = "4dabf18193072939515e22adb298388d"
_HIDDEN: Final = "[secret]"
_OF_THE_SDK: Final = "__defaults"
"""Names the inputs that the SDK filled in; they stand beside it and are compared themselves."""


@dataclass(frozen=True)
class Drift:
    """One difference: the resource, where in it, what is deployed and what is declared.

    The path of a resource that the plan does not declare at all is empty.
    """

    urn: str
    path: str
    deployed: Tree
    declared: Tree

    def __str__(self) -> str:
        if not self.path:
            return f"{self.urn}: deployed, and the plan does not declare it"
        there, here = show(self.deployed), show(self.declared)
        return f"{self.urn}: {self.path}: deployed {there}, declared {here}"


def drift(state: Document, plan: Document) -> Iterator[Drift]:
    """Finds what a state holds that the plan of the same stack does not say.

    Args:
        state: The stack as it was exported.
        plan: What its program declares today.

    Yields:
        Each resource that is not declared, and each input that differs. A value that the plan does
        not know yet, or that either side keeps secret, is not compared.
    """
    declared = {resource.urn: resource for resource in plan.resources}
    for resource in state.resources:
        other = declared.get(resource.urn)
        if other is None:
            yield Drift(resource.urn, "", resource.props, MISSING)
            continue
        for path, one, two in _differing(resource.props, other.props, ""):
            yield Drift(resource.urn, path, one, two)


def _differing(one: Tree, two: Tree, path: str) -> Iterator[tuple[str, Tree, Tree]]:
    if two is UNKNOWN or _secret(one) or _secret(two):
        return
    if isinstance(one, dict) and isinstance(two, dict):
        for key in sorted((one.keys() | two.keys()) - {_OF_THE_SDK}):
            place = f"{path}.{key}" if path else key
            yield from _differing(field(one, key), field(two, key), place)
    elif isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        for index, (first, second) in enumerate(zip(one, two, strict=True)):
            yield from _differing(first, second, f"{path}[{index}]")
    elif one != two:
        yield path, one, two


def _secret(value: Tree) -> bool:
    return value == _HIDDEN or (isinstance(value, dict) and _SEALED in value)
