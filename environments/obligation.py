"""What the law asks of an environment, read from the rows in `obligations.yaml`."""

import json
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, TypeAdapter

from environments.governance import DataClass, Perimeter, Residency, Sector
from environments.section import FrozenMap, Section

_ROWS = Path(__file__).with_name("obligations.yaml")

RetentionField = Literal["raw_days", "features_days", "models_days", "audit_days"]


class Scope(Section):
    """Whom an obligation binds: a match in any of the lists is enough."""

    perimeters: tuple[Perimeter, ...] = ()
    sectors: tuple[Sector, ...] = ()
    data_classes: tuple[DataClass, ...] = ()


class Obligation(Section):
    """One row of the law."""

    name: str
    when: Scope
    instrument: str
    residency: Residency
    second_site: bool = False
    retention: FrozenMap[RetentionField, int] = Field(default={})
    requires: tuple[Literal["dpia_id", "dpo_contact"], ...] = ()
    own_perimeter: bool = False

    def binds(
        self, perimeter: Perimeter, sector: Sector, data_classes: Collection[DataClass]
    ) -> bool:
        """Tell whether an environment of this kind falls under the row."""
        return (
            perimeter in self.when.perimeters
            or sector in self.when.sectors
            or not set(data_classes).isdisjoint(self.when.data_classes)
        )


@cache
def obligations() -> tuple[Obligation, ...]:
    """Return every row of the law."""
    rows = yaml.safe_load(_ROWS.read_text(encoding="utf-8"))
    return TypeAdapter(tuple[Obligation, ...]).validate_json(json.dumps(rows))


def obligations_of(
    perimeter: Perimeter, sector: Sector, data_classes: Collection[DataClass]
) -> tuple[Obligation, ...]:
    """Return the rows that bind an environment of this kind, in the order of the file."""
    return tuple(row for row in obligations() if row.binds(perimeter, sector, data_classes))


def residency_of(
    perimeter: Perimeter, sector: Sector, data_classes: Collection[DataClass]
) -> Residency:
    """Return how strictly data stay: the strictest row of each class, hard where there is none."""
    order = list(Residency)
    each = (
        max(
            (row.residency for row in obligations_of(perimeter, sector, [data_class])),
            key=order.index,
            default=Residency.HARD,
        )
        for data_class in data_classes
    )
    return max(each, key=order.index, default=Residency.HARD)
