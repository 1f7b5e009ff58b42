"""What is wrong with an environment, said once and in the user's words."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

_LONGEST: Final = 80


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing to correct in an environment file."""

    path: tuple[str | int, ...]
    """Where the value stands, from the top: `("sites", "primary", "region")`, say."""
    reason: str
    """What is wrong."""
    given: str
    """What the file says."""
    allowed: str
    """What would be accepted there."""
    line: int | None = None
    """Line of the file, counted from 1, where one is known."""

    def under(self, *parents: str | int) -> "Fault":
        """Return the same fault, seen from the section that holds this one."""
        return replace(self, path=(*parents, *self.path))

    def at(self, line: int | None) -> "Fault":
        """Return the same fault with the line where it stands."""
        return replace(self, line=line)

    @property
    def field(self) -> str:
        """The path as one reads it: `node_pools[2].zones`; `the whole file` for the top."""
        text = ""
        for step in self.path:
            text += f"[{step}]" if isinstance(step, int) else f".{step}"
        return text.removeprefix(".") or "the whole file"

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}; given: {self.given}; allowed: {self.allowed}"


class InvalidEnvironmentError(ValueError):
    """An environment cannot be used as it is written.

    Attributes:
        file: The file to correct, relative to the repository.
        faults: Everything found wrong in it, in the order of the file.
    """

    def __init__(self, file: str, faults: Iterable[Fault]) -> None:
        self.file = file
        self.faults = tuple(faults)
        count = f"{len(self.faults)} fault{'' if len(self.faults) == 1 else 's'}"
        rows = (
            f"  {file}{f':{fault.line}' if fault.line else ''}: {fault}" for fault in self.faults
        )
        super().__init__("\n".join((f"{file} has {count}", *rows)))


def quote(value: object) -> str:
    """Show a value as it was given, shortened so that one fault stays one line."""
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def listing(choices: Iterable[object]) -> str:
    """Name the choices in a row: `a, b`, or `nothing` where there are none."""
    return ", ".join(str(choice) for choice in choices) or "nothing"
