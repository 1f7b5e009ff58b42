"""Waivers: written permissions of the law to leave the boundary at one place, for a time.

Each is a file of its own, ``policies/waivers/<id>.yaml``, reviewed as any change. What one says is
held against the law each time: one that is expired, broad, without a ground or without a use is
itself a violation.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from policies.fault import LawError, in_words
from policies.judging import Declared, Finding
from policies.modes import STRICTEST, DataClass
from policies.purview import Purview, classes_of, mode, provisions

FOLDER: Final = Path(__file__).resolve().with_name("waivers")

NEVER: Final = re.compile(r"^(access|encryption|guard)-")
"""Rules that no waiver lifts: no law permits to leave data open, or unjudged."""

LONGEST_DAYS: Final = {"transfer": 365, "exception": 365, "emergency-transfer": 30}
_LEAST_LITERAL: Final = 3
_TARGET: Final = re.compile(r"[a-z][\w-]*:[^*?\[\]\s]+::(?P<name>[^\s]+)")
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class WaiverError(LawError):
    """A waiver cannot be read, so nothing may be judged."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Scope(_Model):
    """Where a waiver holds: nowhere else.

    Attributes:
        stack: Name of the stack; ``*`` and ``?`` are wildcards.
        urn: End of the URN, ``type::name``; wildcards are for the name alone.
    """

    stack: str
    urn: str


class Waiver(_Model):
    """One permission, as it is written.

    Attributes:
        id: Name of its file.
        rule: The rule that it lifts.
        kind: transfer: data go abroad · exception: anything else · emergency-transfer: the region
            is lost.
        ground: Provision of the law, in the words of the mode table.
        reference: Number under which the assessment is filed.
        approver: Who approved it.
        scope: Where it holds.
        data_classes: Classes of data that it covers.
        issued: First day.
        expires: Last day.
        incident: Number of the incident; of an emergency only.
        regulator_reference: Number of the regulator's approval.
        consent_reference: Number of the consent of whose data they are.
    """

    id: str
    rule: str
    kind: Literal["transfer", "exception", "emergency-transfer"]
    ground: str
    reference: str
    approver: str
    scope: Scope
    data_classes: tuple[DataClass, ...]
    issued: date
    expires: date
    incident: str = ""
    regulator_reference: str = ""
    consent_reference: str = ""

    def names(self, rule: str, resource: Declared) -> bool:
        """Tells whether it is about this rule and this resource."""
        target = f"{resource.type}::{resource.name}"
        return rule == self.rule and fnmatchcase(target, self.scope.urn)

    def concerns(self, stack: str) -> bool:
        """Tells whether it is about a stack."""
        return fnmatchcase(stack, self.scope.stack)


def load(folder: Path = FOLDER) -> tuple[Waiver, ...]:
    """Reads every waiver of a folder, in the order of their names; none if there is no folder.

    Raises:
        WaiverError: A file is no YAML, or does not have the shape of a waiver.
    """
    return tuple(_read(file) for file in sorted(folder.glob("*")) if file.name != "README.md")


def _read(file: Path) -> Waiver:
    if file.suffix != ".yaml" or not _ID.fullmatch(file.stem):
        raise WaiverError(f"{file}: not a waiver; allowed: <id>.yaml, the id in small letters")
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        given = document if isinstance(document, dict) else {"": document}
        return Waiver.model_validate({**given, "id": file.stem})
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise WaiverError(f"{file}: the waiver cannot be read: {error}") from error
    except ValidationError as error:
        raise WaiverError(
            f"{file}: {in_words(error)}. Nothing is judged with a faulty waiver."
        ) from error


def faults(
    waiver: Waiver, today: date, said: tuple[Purview, ...], rules: Iterable[str]
) -> Iterator[Finding]:
    """Finds what makes a waiver void: by itself, on this day, and in a plan that says this.

    Args:
        waiver: The waiver.
        today: The day by the clock.
        said: What the plan says of itself.
        rules: Ids of all rules.

    Yields:
        Each fault, at the waiver's own path.
    """
    at = f"waivers/{waiver.id}"
    for path, given, allowed in (
        *_written(waiver, frozenset(rules)),
        *_dated(waiver, today),
        *_permitted(waiver, said),
    ):
        yield Finding(path=f"{at}.{path}", given=given, allowed=allowed)


_Fault = tuple[str, object, str]


def _written(waiver: Waiver, rules: frozenset[str]) -> Iterator[_Fault]:
    if waiver.rule not in rules:
        yield "rule", waiver.rule, "the id of a rule"
    elif NEVER.match(waiver.rule):
        yield "rule", waiver.rule, "a rule outside access, encryption and guard"
    for path in ("reference", "approver"):
        if not getattr(waiver, path).strip():
            yield path, getattr(waiver, path), "who or where it can be asked"
    if _literal(waiver.scope.stack) < _LEAST_LITERAL:
        yield "scope.stack", waiver.scope.stack, "a stack, by three letters at least"
    target = _TARGET.fullmatch(waiver.scope.urn)
    if target is None or _literal(target["name"]) < _LEAST_LITERAL:
        yield "scope.urn", waiver.scope.urn, "one type and, by three letters at least, a name"
    if not waiver.data_classes:
        yield "data_classes", [], "the classes of data that it covers"


def _literal(pattern: str) -> int:
    return len(re.sub(r"\[[^]]*\]|[*?\s]", "", pattern))


def _dated(waiver: Waiver, today: date) -> Iterator[_Fault]:
    most = LONGEST_DAYS[waiver.kind]
    if not 0 <= (waiver.expires - waiver.issued).days <= most:
        yield "expires", str(waiver.expires), f"up to {most} days from {waiver.issued}"
    if today > waiver.expires:
        yield "expires", str(waiver.expires), f"from {today}; it has expired"
    if today < waiver.issued:
        yield "issued", str(waiver.issued), f"up to {today}; it does not hold yet"


def _permitted(waiver: Waiver, said: tuple[Purview, ...]) -> Iterator[_Fault]:
    holding, rows = mode(said), provisions(said)
    emergency = waiver.kind == "emergency-transfer"
    grounds = [ground for row in rows for ground in row.grounds]
    if waiver.ground not in grounds:
        known = ", ".join(grounds) or "none, for the law knows no exception here"
        yield "ground", waiver.ground, f"a ground under {holding}: {known}"
    if holding == STRICTEST and not emergency:
        yield "kind", waiver.kind, f"emergency-transfer, for the plan is {holding}"
    if emergency:
        asked = {"incident": None, "regulator_reference": None}
        asked |= dict.fromkeys(approval for row in rows for approval in row.approvals)
        for path in asked:
            if not getattr(waiver, path).strip():
                yield path, getattr(waiver, path), "its number, in an emergency"


def covers(waiver: Waiver, resource: Declared | None, said: Iterable[Purview]) -> bool:
    """Tells whether a waiver covers every class of data of a resource."""
    return classes_of(resource, said) <= set(waiver.data_classes)


WAIVERS: Final = load()
"""The waivers of this pack. A faulty file stops the pack from starting, and so the plan."""
