"""Reviewed, expiring permissions to delete or replace what holds data."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, Self

from pydantic import Field, ValidationError

from environments.document import UnreadableError, read
from environments.explanation import explain
from environments.fault import Fault, InvalidEnvironmentError
from environments.section import Section

VARIABLE: Final = "MIZAN_ALLOWANCES"
"""Names one more file of allowances, beside the environment's own."""
FILE: Final = "allowances.yaml"
EVERYTHING: Final = "*"


class Allowance(Section):
    """One permission. It is written beside the environment, so a second person reviews it."""

    resource: str = Field(
        min_length=1,
        title="Resource",
        description="Logical name of the resource, as plans show it, or * for all of them.",
    )
    reason: str = Field(min_length=10, title="Reason", description="Why its data may go.")
    approver: str = Field(min_length=3, title="Approver", description="Who approved it.")
    expires: date = Field(
        title="Expires",
        description="Last day on which it holds.",
        json_schema_extra={"unit": "date"},
    )

    def faults(self) -> Iterator[Fault]:
        """An expired permission is taken out, not left lying."""
        today = datetime.now(tz=UTC).date()
        if self.expires < today:
            yield Fault(
                path=("expires",),
                reason="the permission has expired",
                given=str(self.expires),
                allowed=f"from {today}; or take the entry out",
            )


class _File(Section):
    """A file of permissions."""

    allowances: tuple[Allowance, ...] = Field(
        title="Allowances", description="Permissions to delete or replace what holds data."
    )


class Allowances:
    """Every permission that holds for one environment."""

    def __init__(self, entries: tuple[Allowance, ...] = ()) -> None:
        self.entries = entries

    def names(self, resource: str) -> bool:
        """Whether a resource may be deleted or replaced."""
        return any(entry.resource in (EVERYTHING, resource) for entry in self.entries)

    @classmethod
    def of(cls, name: str, root: Path) -> Self:
        """Read the permissions of an environment, and those that `MIZAN_ALLOWANCES` names.

        Args:
            name: Name of the environment.
            root: Folder that holds one folder for each environment.

        Raises:
            InvalidEnvironmentError: a file cannot be read, an entry is wrong or has expired.
        """
        own, more = root / name / FILE, os.environ.get(VARIABLE)
        found = _entries(own) if own.exists() else ()
        return cls(found + (_entries(Path(more)) if more else ()))


def _entries(file: Path) -> tuple[Allowance, ...]:
    shown = f"{file.parent.name}/{file.name}"
    try:
        document = read(file)
    except UnreadableError as error:
        raise InvalidEnvironmentError(shown, error.faults) from None
    try:
        return _File.model_validate_json(json.dumps(document.data)).allowances
    except ValidationError as error:
        faults = explain(error, document.data, _File)
        raise InvalidEnvironmentError(
            shown, [fault.at(document.line(fault.path)) for fault in faults]
        ) from None
