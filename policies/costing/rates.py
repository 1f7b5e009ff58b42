"""What one unit costs: prices with their source and date, and assumptions where there is none."""

import csv
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from policies.fault import in_words

FOLDER: Final = Path(__file__).resolve().parent
COLUMNS: Final = ("rate", "unit", "usd", "trust", "source", "as_of")
HOURS: Final = 730
"""Hours of a month, as AWS counts them in its own calculator."""

Text = Annotated[str, Field(min_length=1)]
Amount = Annotated[Decimal, Field(gt=0)]


class TableError(Exception):
    """A table of prices or assumptions cannot be read, so nothing may be priced by it."""


class UnpricedError(Exception):
    """What it costs is not known; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Rate:
    """The price of one unit, and where it comes from."""

    name: str
    unit: str
    usd: Decimal
    source: str
    as_of: dt.date | None
    """When it was true; `None` where the source does not say."""
    assumed: str = ""
    """Why this is assumed; empty for a price that was found."""

    @property
    def monthly(self) -> Decimal:
        """The same for a whole month: USD of one unit that is there all the time."""
        return self.usd * HOURS if self.unit == "hour" else self.usd


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    recorded: dt.date
    reason: Text
    source: Text


class AssumedRate(_Entry):
    """A price that was not found for the region: a base, times a factor."""

    unit: Text
    base: Amount
    times: Amount = Decimal(1)


class AssumedUse(_Entry):
    """How much of something is used, which a plan does not say."""

    rate: Text
    floor: Annotated[Decimal, Field(ge=0)]
    ceiling: Annotated[Decimal, Field(ge=0)]


class Free(_Entry):
    """Types of resources that cost nothing of themselves."""

    types: Annotated[list[Text], Field(min_length=1)]


class Assumptions(BaseModel):
    """Everything that is assumed or known to be free."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_age_days: Annotated[int, Field(gt=0)]
    rates: dict[str, AssumedRate]
    use: dict[str, list[AssumedUse]]
    free: list[Free]


@dataclass(frozen=True, kw_only=True)
class Tables:
    """All that is known about prices, on one day."""

    prices: dict[str, Rate]
    assumptions: Assumptions
    today: dt.date

    def rate(self, name: str) -> Rate:
        """The price of one unit: one that was found, else one that is assumed.

        Raises:
            UnpricedError: There is neither, or the assumption is too old.
        """
        found = self.prices.get(name)
        if found is not None:
            return found
        assumed = self.assumptions.rates.get(name)
        if assumed is None:
            raise UnpricedError(f"no price and no assumption for {name}")
        self._fresh(assumed, f"the assumption for {name}")
        return Rate(
            name=name,
            unit=assumed.unit,
            usd=assumed.base * assumed.times,
            source=assumed.source,
            as_of=assumed.recorded,
            assumed=assumed.reason,
        )

    def use_of(self, kind: str) -> list[AssumedUse]:
        """What a resource of a type is assumed to use, beside what its plan says.

        Raises:
            UnpricedError: The assumption is too old.
        """
        found = self.assumptions.use.get(kind, [])
        for use in found:
            self._fresh(use, f"the assumed use of {use.rate}")
        return found

    def is_free(self, kind: str) -> bool:
        """Whether a type costs nothing of itself; `group/*` stands for all types of a group."""
        listed = {kind, f"{kind.partition('/')[0]}/*"}
        return any(not listed.isdisjoint(free.types) for free in self.assumptions.free)

    @property
    def families(self) -> dict[str, list[str]]:
        """Instance families to the types of which the price is known or assumed."""
        found: dict[str, list[str]] = {}
        for name in sorted({*self.prices, *self.assumptions.rates}):
            service, _, item = name.partition("/")
            if service == "ec2":
                found.setdefault(item.partition(".")[0], []).append(item)
        return found

    def _fresh(self, entry: _Entry, what: str) -> None:
        age = (self.today - entry.recorded).days
        if age > self.assumptions.max_age_days:
            raise UnpricedError(
                f"{what} is {age} days old; allowed: {self.assumptions.max_age_days}"
            )


def load(today: dt.date, folder: Path = FOLDER) -> Tables:
    """Reads the tables.

    Args:
        today: The day on which the age of an assumption is judged.
        folder: Where `prices.csv` and `assumptions.yaml` are.

    Raises:
        TableError: A file is missing or does not have the agreed shape; the message says where.
    """
    return Tables(
        prices={rate.name: rate for rate in read_prices(folder / "prices.csv")},
        assumptions=_read_assumptions(folder / "assumptions.yaml"),
        today=today,
    )


def read_prices(path: Path) -> list[Rate]:
    """Reads a table of prices.

    Raises:
        TableError: It cannot be read, or a row is no price; the message names the row.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TableError(f"{path}: the prices cannot be read: {error}") from error
    found = [_price(path, number, row) for number, row in enumerate(rows, 2)]
    names = [rate.name for rate in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if not found or twice:
        raise TableError(f"{path}: given {', '.join(twice) or 'no row'}; allowed: each rate once")
    return found


def _price(path: Path, number: int, row: dict[str, str]) -> Rate:
    if tuple(row) != COLUMNS or None in row.values():
        raise TableError(f"{path}:{number}: allowed: the columns {', '.join(COLUMNS)}")
    try:
        usd = Decimal(row["usd"])
        as_of = dt.date.fromisoformat(row["as_of"]) if row["as_of"] else None
    except (InvalidOperation, ValueError) as error:
        raise TableError(f"{path}:{number}: given {row['usd']}, {row['as_of']}: {error}") from error
    if not usd.is_finite() or usd <= 0 or not row["source"]:
        raise TableError(f"{path}:{number}: allowed: a price above 0 with its source")
    return Rate(name=row["rate"], unit=row["unit"], usd=usd, source=row["source"], as_of=as_of)


def _read_assumptions(path: Path) -> Assumptions:
    try:
        return Assumptions.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise TableError(f"{path}: the assumptions cannot be read: {error}") from error
    except ValidationError as error:
        raise TableError(f"{path}: {in_words(error)}") from error
