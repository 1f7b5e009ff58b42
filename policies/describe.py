"""Writes docs/policies.md from the rules and the boundary: ``python -m policies.describe``."""

import sys
from collections.abc import Iterable
from typing import Final

from pulumi_policy import Policy

from policies.boundary import BOUNDARY
from policies.catalog import ROOT, discover
from policies.entry import Entry
from policies.guards import guards
from policies.judging import ResourceRule
from policies.modes import DATA_CLASSES, PERIMETERS, SECTORS, ModeRow

PAGE: Final = ROOT.parent / "docs" / "policies.md"

_HEAD: Final = """\
# Policies

Generated from `policies/` by `python -m policies.describe`; do not edit.

Every rule is mandatory: a violation stops `pulumi preview` and `pulumi up`. A value that is not
known at preview is judged as a value of its own and never passes silently, and a rule that fails
is itself a violation. A *resource* rule runs before each resource is created or changed; a *stack*
rule runs on all resources together, at the end of a preview and again after an update. An update
makes only what such a preview judged within the hour, on the same machine and by the same law, so
`--skip-preview` is no way round; what was unknown then is judged again before it is made. No policy
config can turn a rule down, and only a [waiver](waivers.md) excuses a finding.
"""

_MODES: Final = """\
## Modes

How strictly data stay, by what the plan says of itself in the tags of its AWS providers and the
labels of its namespaces (`perimeter`, `sector`, `data-class`). Of several rows the strictest
holds; what no row names, and a plan that does not say, is hard-local. Under *free* the boundary
above holds all the same. How to leave it with the law is in [waivers.md](waivers.md).
"""


def render() -> str:
    """Gives the page as Markdown."""
    rules = _table(
        ("Rule", "Judges", "Severity", "Demands", "Remedy"),
        ((f"`{rule.name}`", _kind(rule), *_words(rule)) for rule in (*discover(), *guards())),
    )
    allowed = _table(
        ("Allowed", "What", "Why", "Source"),
        (
            (section, f"`{_name(entry)}`", entry.reason, entry.source)
            for section in type(BOUNDARY).model_fields
            for entry in _entries(section)
        ),
    )
    modes = _table(
        (
            "Mode",
            "Perimeter",
            "Sector",
            "Data class",
            "Instrument",
            "Says so",
            "Grounds of waivers",
        ),
        (_mode(row) for row in BOUNDARY.modes),
    )
    boundary = f"## The boundary\n\nJurisdiction: {BOUNDARY.jurisdiction}. What is not listed is "
    return f"{_HEAD}\n{rules}\n{boundary}refused.\n\n{allowed}\n{_MODES}\n{modes}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    cells = ([cell.replace("|", "\\|") for cell in line] for line in lines)
    return "".join(f"| {' | '.join(line)} |\n" for line in cells)


def _kind(rule: Policy) -> str:
    return "resource" if isinstance(rule, ResourceRule) else "stack"


def _words(rule: Policy) -> tuple[str, str, str]:
    severity = rule.severity.value if rule.severity else ""
    remedy = rule.remediation_steps or ""
    return severity, rule.description, remedy[:1].upper() + remedy[1:]


def _entries(section: str) -> list[Entry]:
    value = getattr(BOUNDARY, section)
    return value if isinstance(value, list) and section != "modes" else []


def _mode(row: ModeRow) -> tuple[str, ...]:
    said = ((row.perimeters, PERIMETERS), (row.sectors, SECTORS), (row.data_classes, DATA_CLASSES))
    listed = ("every" if set(some) == set(all_) else ", ".join(some) for some, all_ in said)
    return row.mode, *listed, row.instrument, row.article, ", ".join(row.grounds) or "none known"


def _name(entry: Entry) -> str:
    fields = entry.model_dump(exclude={"reason", "source"}, exclude_none=True)
    said = (", ".join(value) if isinstance(value, list) else value for value in fields.values())
    return " ".join(value for value in said if isinstance(value, str))


if __name__ == "__main__":
    if "--list" in sys.argv[1:]:
        print("\n".join(rule.name for rule in discover()))  # noqa: T201 - the list that was asked for
    else:
        PAGE.write_text(render(), encoding="utf-8")
