"""What rules accept, as small predicates. None of them accepts an unknown unless it says so."""

from collections.abc import Callable, Collection

from policies.reading import MISSING, UNKNOWN, Tree


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
    """Accepts a key as `given` does, but none that AWS keeps for its services, in no spelling."""
    return given(value) and not (isinstance(value, str) and "alias/aws/" in value.lower())


def absent(value: Tree) -> bool:
    """Accepts nothing at all."""
    return value is MISSING


def off(value: Tree) -> bool:
    """Accepts false, also as a string, and nothing, for what is off where nothing is said."""
    return value is MISSING or value is False or value == "false"


def no(value: Tree) -> bool:
    """Accepts false, said, also as a string."""
    return value is False or value == "false"


def at_least(least: int) -> Callable[[Tree], bool]:
    """Accepts a number from `least` on, also as a string of digits."""

    def enough(value: Tree) -> bool:
        if isinstance(value, str) and value.isdecimal():
            return int(value) >= least
        return isinstance(value, int | float) and not isinstance(value, bool) and value >= least

    return enough


def filled(value: Tree) -> bool:
    """Accepts anything that is there, and what is unknown but will be."""
    return value is not MISSING and value not in ("", [], {})
