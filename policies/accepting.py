"""What rules accept, as small predicates. None of them accepts an unknown unless it says so."""

from collections.abc import Callable, Collection

from policies.reading import UNKNOWN, Tree


def one_of(*allowed: object) -> Callable[[Tree], bool]:
    """Accepts exactly the given values; 1 is not true and 0 is not false."""
    return lambda value: any(type(value) is type(good) and value == good for good in allowed)


def listed(names: Collection[str]) -> Callable[[Tree], bool]:
    """Accepts a string that is one of the names."""
    return lambda value: isinstance(value, str) and value in names


def yes(value: Tree) -> bool:
    """Accepts true, also as the string that some properties take."""
    return value is True or value == "true"


def given(value: Tree) -> bool:
    """Accepts any text, and an unknown one: what it is made from is judged by its origin."""
    return value is UNKNOWN or (isinstance(value, str) and value.strip() != "")


def customer_key(value: Tree) -> bool:
    """Accepts a key as `given` does, but none that AWS keeps for its services."""
    return given(value) and not (isinstance(value, str) and "alias/aws/" in value)
