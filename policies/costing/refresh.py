"""Renews prices.csv from the price list of AWS: `python -m policies.costing.refresh`.

The price list is public and asks for no account. The table is replaced whole or not at all: every
price that it holds has to be found again, and a download that breaks off changes nothing. What is
wanted and not found stays assumed, and is told.
"""

import argparse
import csv
import datetime as dt
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from policies.costing.rates import COLUMNS, FOLDER, TableError, read_prices

PRICE_LIST: Final = "https://pricing.us-east-1.amazonaws.com"
_FILE: Final = "/offers/v1.0/aws/{offer}/current/{region}/index.csv"
_EC2: Final = "AmazonEC2"
_TRUST: Final = "price list of AWS"
_MACHINE: Final = {
    "Tenancy": "Shared",
    "Operating System": "Linux",
    "CapacityStatus": "Used",
    "Pre Installed S/W": "NA",
    "operation": "RunInstances",
    "Unit": "Hrs",
}
_COMMON: Final = ("TermType", "PricePerUnit", "Currency", "StartingRange", "usageType", "operation")
_SERVER_ERRORS: Final = 500
_TRIES: Final = 3
_TIMEOUT_SECONDS: Final = 60


class RefreshError(Exception):
    """The price list could not be read; the table is as it was."""


class Wanted(BaseModel):
    """Where the price list says what a rate costs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    offer: str
    usage: str
    operation: str | None = None
    unit: str
    scale: Annotated[Decimal, Field(gt=0)] = Decimal(1)
    """How many of our units the unit of the price list is."""


class Offers(BaseModel):
    """Everything that is looked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: str
    families: list[str]
    rates: dict[str, Wanted]

    @property
    def names(self) -> list[str]:
        """The files of the price list that hold it."""
        return sorted({_EC2, *(wanted.offer for wanted in self.rates.values())})


@dataclass(frozen=True)
class Found:
    """A price of the price list."""

    rate: str
    unit: str
    usd: Decimal
    source: str
    as_of: str

    @property
    def row(self) -> tuple[str, ...]:
        """It as a row of the table."""
        return (self.rate, self.unit, format(self.usd, "f"), _TRUST, self.source, self.as_of)


def refresh(address: str, folder: Path = FOLDER, *, pause_seconds: float = 2) -> list[str]:
    """Replaces the table by what the price list says.

    Args:
        address: Of the price list, without a path.
        folder: Where `offers.yaml` and `prices.csv` are.
        pause_seconds: How long to wait before the second try of a download; longer before a third.

    Returns:
        The rates that were wanted and not found, which stay assumed.

    Raises:
        RefreshError: A file cannot be read whole, or a price that the table holds is not there.
    """
    offers = _offers(folder / "offers.yaml")
    table = folder / "prices.csv"
    found: dict[str, Found] = {}
    for name in offers.names:
        url = address.rstrip("/") + _FILE.format(offer=name, region=offers.region)
        found |= {one.rate: one for one in _prices(url, name, offers, pause_seconds)}
    lost = sorted(rate.name for rate in read_prices(table) if rate.name not in found)
    if lost:
        raise RefreshError(
            f"{table}: the price list no longer has {', '.join(lost)}; the table is as it was. "
            "Remedy: take the rows out, if nothing uses them any more"
        )
    _replace(table, found.values())
    return sorted(set(offers.rates) - set(found))


def _offers(path: Path) -> Offers:
    try:
        return Offers.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise RefreshError(f"{path}: {error}") from error


def _prices(url: str, offer: str, offers: Offers, pause_seconds: float) -> list[Found]:
    """Reads one file, again from its beginning if a try fails on the way."""
    for attempt in range(1, _TRIES + 1):
        try:
            return list(_matching(url, offer, offers))
        except urllib.error.HTTPError as error:
            fault = f"answered {error.code}"
            if error.code < _SERVER_ERRORS:
                break
        except (OSError, EOFError, csv.Error, UnicodeDecodeError) as error:
            fault = str(error)
        if attempt < _TRIES:
            time.sleep(pause_seconds * attempt)
    raise RefreshError(f"{url}: {fault}; the table is as it was")


def _matching(url: str, offer: str, offers: Offers) -> Iterator[Found]:
    """Goes through a file line by line: that of EC2 is larger than memory should be."""
    wanted = {
        (one.usage, one.operation): (name, one)
        for name, one in offers.rates.items()
        if one.offer == offer
    }
    lines = csv.reader(_lines(url), strict=True)
    published, columns = _head(lines)
    for cells in lines:
        row = dict(zip(columns, cells, strict=False))
        if row["TermType"] != "OnDemand" or row["Currency"] != "USD":
            continue
        usd = _usd(row)
        if usd is None or row["StartingRange"] not in {"", "0"}:
            continue
        kind = row.get("Instance Type", "")
        if offer == _EC2 and _is_machine(row) and kind.partition(".")[0] in offers.families:
            yield Found(f"ec2/{kind}", "hour", usd, url, published)
            continue
        usage = row["usageType"]
        entry = wanted.get((usage, row["operation"])) or wanted.get((usage, None))
        if entry is not None:
            name, one = entry
            yield Found(name, one.unit, usd / one.scale, url, published)


def _is_machine(row: dict[str, str]) -> bool:
    return all(row.get(column) == value for column, value in _MACHINE.items())


def _usd(row: dict[str, str]) -> Decimal | None:
    try:
        usd = Decimal(row["PricePerUnit"])
    except InvalidOperation as error:
        raise csv.Error(f"{row['PricePerUnit']!r} is no price") from error
    return usd if usd > 0 else None


def _head(lines: Iterable[list[str]]) -> tuple[str, list[str]]:
    """The day of publication, from the lines before the table, and its columns."""
    published = ""
    for cells in lines:
        if cells[:1] == ["Publication Date"]:
            published = dt.date.fromisoformat(cells[1][:10]).isoformat()
        elif cells[:1] == ["SKU"]:
            missing = [column for column in _COMMON if column not in cells]
            if missing or not published:
                break
            return published, cells
    raise csv.Error("this is no price list: a publication date and a header line are expected")


def _lines(url: str) -> Iterator[str]:
    request = urllib.request.Request(url, headers={"Accept-Encoding": "identity"})  # noqa: S310 - the user's own address, or AWS's
    with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - as above
        read = 0
        for line in answer:
            read += len(line)
            yield line.decode("utf-8")
        length = answer.headers.get("Content-Length")
        if length is not None and read != int(length):
            raise EOFError(f"it ended after {read} of {length} bytes")


def _replace(table: Path, found: Iterable[Found]) -> None:
    draft = table.with_name(f".{table.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(sorted(one.row for one in found))
            file.flush()
            os.fsync(file.fileno())
        read_prices(draft)
        draft.replace(table)
    finally:
        draft.unlink(missing_ok=True)


def main(arguments: list[str]) -> int:
    """Renews the table of the pack."""
    parser = argparse.ArgumentParser(prog="python -m policies.costing.refresh", description=__doc__)
    parser.add_argument("--from", dest="address", default=PRICE_LIST, help="address of a mirror")
    options = parser.parse_args(arguments)
    try:
        missing = refresh(options.address)
    except (RefreshError, TableError) as error:
        sys.stderr.write(f"mizan: {error}\n")
        return 1
    sys.stdout.write(f"prices renewed; still assumed: {', '.join(missing) or 'none'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
