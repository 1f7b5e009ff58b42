"""The base of every section: frozen, closed to unknown keys, strict about types."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Annotated, Final, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer, model_validator
from pydantic_core import PydanticCustomError

from environments.fault import Fault, quote

K = TypeVar("K")
V = TypeVar("V")

BROKEN_LAW: Final = "broken_law"
"""Type of the pydantic error that carries our own faults, in its context under `faults`."""


class FrozenDict(Mapping[K, V]):
    """A mapping that stays as it was read: pydantic's `frozen` does not reach inside a dict."""

    def __init__(self, items: Mapping[K, V]) -> None:
        self._items = dict(items)

    def __getitem__(self, key: K) -> V:
        return self._items[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return repr(self._items)


FrozenMap = Annotated[Mapping[K, V], AfterValidator(FrozenDict), PlainSerializer(dict)]


class Section(BaseModel):
    """One part of an environment file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_default=True)

    def faults(self) -> Iterator[Fault]:
        """Name each law between the fields of this section that its values break."""
        yield from ()

    @model_validator(mode="after")
    def _keep_the_laws(self) -> Self:
        # A pydantic validator can raise one error only, while a reader wants all faults at once.
        if faults := tuple(self.faults()):
            text = "; ".join(str(fault) for fault in faults)
            raise PydanticCustomError(BROKEN_LAW, "{text}", {"text": text, "faults": faults})
        return self


def repeated(values: Sequence[Hashable], what: str, *path: str | int) -> Iterator[Fault]:
    """Yield a fault for each value that stands in a list more than once."""
    for position, value in enumerate(values):
        if value in values[:position]:
            yield Fault(
                path=(*path, position),
                reason=f"{what} is listed twice",
                given=quote(value),
                allowed="each one once",
            )
