"""What is asked of AWS resources so that all they keep and send is encrypted, read from a table."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from policies.accepting import customer_key, given, one_of, yes
from policies.aws.world import WORLD
from policies.judging import Demand, Finding, unmet
from policies.reading import MISSING, UNKNOWN, Tree, find

PATH: Final = Path(__file__).resolve().with_name("encryption.yaml")


class AskingError(Exception):
    """The table cannot be read, so nothing may be judged by it."""


class Asked(BaseModel):
    """Types of which the same is asked."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    types: Annotated[str, Field(min_length=1)]
    ask: Annotated[dict[str, str], Field(min_length=1)]


class Excused(BaseModel):
    """Types of which nothing is asked, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    types: Annotated[str, Field(min_length=1)]
    why: Annotated[str, Field(min_length=1)]


class Table(BaseModel):
    """The whole table."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    at_rest: list[Asked]
    in_transit: list[Asked]
    nothing: list[Excused]


@dataclass(frozen=True)
class Ask:
    """One demand, and the inputs that make it hold or not."""

    demand: Demand
    when: tuple[str, ...]
    unless: tuple[str, ...]

    def holds(self, props: Tree) -> bool:
        """Tells whether the demand is made of these properties; an unknown input makes it."""
        wanted = all(_is_set(props, path) for path in self.when)
        return wanted and not any(_is_set(props, path, UNKNOWN) for path in self.unless)


Asks = Mapping[str, tuple[Ask, ...]]


def load(path: Path = PATH) -> tuple[Asks, Asks, Mapping[str, str]]:
    """Reads the table.

    Returns:
        By type what is asked at rest, what is asked in transit, and why nothing is asked.

    Raises:
        AskingError: The file is missing or faulty, or names a type or demand that is not known.
    """
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        table = Table.model_validate(loaded)
        return (
            _asks(table.at_rest),
            _asks(table.in_transit),
            {_TOKENS[name]: one.why for one in table.nothing for name in one.types.split()},
        )
    except (OSError, yaml.YAMLError, ValidationError, KeyError) as error:
        raise AskingError(f"{path}: the table of encryption is faulty: {error}") from error


def lacking(props: Tree, asks: Iterable[Ask]) -> Iterator[Finding]:
    """Finds what is asked of properties and not met."""
    yield from unmet(props, (ask.demand for ask in asks if ask.holds(props)))


def _is_set(props: Tree, path: str, *unset: Tree) -> bool:
    return any(value not in (MISSING, False, "false", "", *unset) for _, value in find(props, path))


def _asks(groups: list[Asked]) -> dict[str, tuple[Ask, ...]]:
    asked: dict[str, tuple[Ask, ...]] = {}
    for group in groups:
        asks = tuple(_ask(path, demand) for path, demand in group.ask.items())
        for name in group.types.split():
            asked[_TOKENS[name]] = asked.get(_TOKENS[name], ()) + asks
    return asked


def _ask(path: str, demand: str) -> Ask:
    path, _, unless = path.partition(" unless ")
    path, _, when = path.partition(" when ")
    verb, *words = demand.split()
    accept, allowed = _VERBS[verb](words)
    return Ask((path, accept, allowed), tuple(when.split()), tuple(unless.split()))


def _off(value: Tree) -> bool:
    return value is MISSING or value is False or value == "false"


def _like(starts: tuple[str, ...]) -> Callable[[Tree], bool]:
    return lambda value: isinstance(value, str) and value.startswith(starts)


def _but(refused: list[str]) -> Callable[[Tree], bool]:
    return lambda value: isinstance(value, str) and value not in refused


def _own(value: Tree) -> bool:
    return given(value) and not (isinstance(value, str) and value.startswith("default"))


def _is(words: list[str]) -> Callable[[Tree], bool]:
    return one_of(*(word == "True" if word in ("True", "False") else word for word in words))


_VERBS: Final[dict[str, Callable[[list[str]], tuple[Callable[[Tree], bool], str]]]] = {
    "enabled": lambda _: (yes, "true"),
    "disabled": lambda _: (_off, "false"),
    "key": lambda _: (customer_key, "the ARN or id of a KMS key of your own"),
    "given": lambda _: (given, "a text"),
    "own": lambda _: (_own, "one of your own, not a default of AWS"),
    "is": lambda words: (_is(words), " or ".join(f'"{word}"' for word in words)),
    "like": lambda words: (_like(tuple(words)), f"a text that begins with {' or '.join(words)}"),
    "not": lambda words: (_but(words), f"a text, known at preview, but {' or '.join(words)}"),
}
_TOKENS: Final = {token.split(":")[1]: token for token in WORLD}

AT_REST, IN_TRANSIT, NOTHING = load()
"""What is asked by type, and why nothing is. A faulty table stops the pack from starting."""
