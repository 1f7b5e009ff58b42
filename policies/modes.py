"""How strictly data stay in the country: by legal perimeter, sector and data class."""

from collections.abc import Iterable
from typing import Final, Literal, TypeAlias, get_args

from pydantic import Field, model_validator

from policies.entry import Entry, Text

Mode: TypeAlias = Literal["free", "documented-transfer", "hard-local"]
Perimeter: TypeAlias = Literal["onshore", "difc", "adgm"]
Sector: TypeAlias = Literal["general", "bank", "health", "government"]
DataClass: TypeAlias = Literal["public", "internal", "personal", "financial", "sensitive", "health"]
Approval: TypeAlias = Literal["regulator_reference", "consent_reference"]

MODES: Final[tuple[Mode, ...]] = get_args(Mode)
"""From the least strict to the strictest."""
STRICTEST: Final = MODES[-1]
PERIMETERS: Final[tuple[Perimeter, ...]] = get_args(Perimeter)
SECTORS: Final[tuple[Sector, ...]] = get_args(Sector)
DATA_CLASSES: Final[tuple[DataClass, ...]] = get_args(DataClass)


class ModeRow(Entry):
    """What one provision says of some perimeters, sectors and data classes: all that are listed.

    A list that is left out stands for every one.
    """

    mode: Mode
    perimeters: list[Perimeter] = Field(default=list(PERIMETERS), min_length=1)
    sectors: list[Sector] = Field(default=list(SECTORS), min_length=1)
    data_classes: list[DataClass] = Field(default=list(DATA_CLASSES), min_length=1)
    instrument: Text
    article: Text
    grounds: list[Text]
    """Provisions under which data may leave all the same; under hard-local only in an emergency."""
    approvals: list[Approval] = Field(default=[])
    """What an emergency transfer has to name, beside its incident."""

    @model_validator(mode="after")
    def _health_stays(self) -> "ModeRow":
        if self.mode != STRICTEST and "health" in [*self.sectors, *self.data_classes]:
            raise ValueError(f"health is {STRICTEST}; a row that covers it makes it {self.mode}")
        if self.mode == STRICTEST and self.grounds and "regulator_reference" not in self.approvals:
            raise ValueError("grounds under hard-local ask for the approval regulator_reference")
        return self

    def covers(self, perimeter: str, sector: str, data_class: str) -> bool:
        """Tells whether the provision speaks of this combination."""
        return (
            perimeter in self.perimeters
            and sector in self.sectors
            and data_class in self.data_classes
        )


def strictest(modes: Iterable[Mode]) -> Mode:
    """The strictest of some modes; of none, the strictest that there is."""
    return max(modes, key=MODES.index, default=STRICTEST)
