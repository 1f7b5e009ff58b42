"""The conflict map: checks of checkov that do not count here, with the article and the reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from policies.scanning.running import Failure

FILE: Final = Path(__file__).parent / "conflicts.yaml"
_ALL: Final = ("*",)


class Kind(StrEnum):
    """Why a check does not count."""

    CONFLICT = "conflict"
    """It demands what the law forbids."""
    COVERED = "covered"
    """What it asks for is met in another way, which it cannot see."""
    NOT_APPLICABLE = "not-applicable"
    """What it asks for means nothing here."""
    ACCEPTED = "accepted"
    """It is right, and the risk is taken."""


class Conflict(BaseModel):
    """One check, or one part of what it finds, that does not count."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    check: str = Field(pattern=r"^CKV2?_[A-Z0-9]+_\d+$", description="Its id at checkov.")
    kind: Kind
    article: str = Field(min_length=8, description="Instrument and article or control.")
    reason: str = Field(min_length=40, description="Why, so that an auditor can follow.")
    covered_by: tuple[str, ...] = Field(
        default=(), description="Rules of the pack and paths of the repository that see to it."
    )
    scope: tuple[str, ...] = Field(
        default=_ALL, min_length=1, description="Patterns of the URNs and paths it holds for."
    )

    @model_validator(mode="after")
    def _names_what_covers_it(self) -> Self:
        if self.kind is Kind.COVERED and not self.covered_by:
            raise ValueError(f"{self.check} is covered by nothing; allowed: a rule or a path")
        if self.kind in (Kind.NOT_APPLICABLE, Kind.ACCEPTED) and self.scope == _ALL:
            raise ValueError(f"{self.check}: `{self.kind}` needs a scope; `*` covers what comes")
        return self

    def explains(self, failure: Failure) -> bool:
        """Whether it says why a failure does not count."""
        return self.check == failure.check and any(
            fnmatchcase(failure.subject, pattern) for pattern in self.scope
        )


@dataclass(frozen=True)
class Sorted:
    """Failures, with what explains them.

    Attributes:
        unexplained: Those that count.
        explained: The others, by the entry that explains them.
        unused: Entries that explained nothing.
    """

    unexplained: list[Failure]
    explained: dict[Conflict, list[Failure]]
    unused: list[Conflict]


def load(file: Path = FILE) -> tuple[Conflict, ...]:
    """Reads the conflict map.

    Raises:
        pydantic.ValidationError: An entry is wrong: no article, no reason, or no bounds.
    """
    entries: TypeAdapter[tuple[Conflict, ...]] = TypeAdapter(tuple[Conflict, ...])
    return entries.validate_python(yaml.safe_load(file.read_text()))


def sort(failures: Iterable[Failure], conflicts: Iterable[Conflict]) -> Sorted:
    """Parts what counts from what does not; the first entry that explains a failure has it."""
    given = tuple(conflicts)
    explained: dict[Conflict, list[Failure]] = {conflict: [] for conflict in given}
    unexplained: list[Failure] = []
    for failure in failures:
        entry = next((one for one in given if one.explains(failure)), None)
        (unexplained if entry is None else explained[entry]).append(failure)
    return Sorted(
        unexplained=unexplained,
        explained={entry: found for entry, found in explained.items() if found},
        unused=[entry for entry, found in explained.items() if not found],
    )
