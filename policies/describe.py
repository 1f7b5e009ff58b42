"""Writes docs/policies.md from the rules and the boundary: ``python -m policies.describe``."""

import sys
from collections.abc import Iterable
from typing import Final

from pulumi_policy import Policy, ResourceValidationPolicy

from policies.boundary import BOUNDARY, Entry
from policies.catalog import ROOT, discover

PAGE: Final = ROOT.parent / "docs" / "policies.md"

_HEAD: Final = """\
# Policies

Generated from `policies/` by `python -m policies.describe`; do not edit.

Every rule is mandatory: a violation stops `pulumi preview` and `pulumi up`. A value that is not
known at preview is judged as a value of its own and never passes silently, and a rule that fails
is itself a violation. A *resource* rule runs before each resource is created or changed; a *stack*
rule runs on all resources together, at the end of a preview and again after an update.
"""


def render() -> str:
    """Gives the page as Markdown."""
    rules = _table(
        ("Rule", "Judges", "Severity", "Demands", "Remedy"),
        ((f"`{rule.name}`", _kind(rule), *_words(rule)) for rule in discover()),
    )
    allowed = _table(
        ("Allowed", "What", "Why", "Source"),
        (
            (section, f"`{_name(entry)}`", entry.reason, entry.source)
            for section in type(BOUNDARY).model_fields
            for entry in _entries(section)
        ),
    )
    boundary = f"## The boundary\n\nJurisdiction: {BOUNDARY.jurisdiction}. What is not listed is "
    return f"{_HEAD}\n{rules}\n{boundary}refused.\n\n{allowed}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    cells = ([cell.replace("|", "\\|") for cell in line] for line in lines)
    return "".join(f"| {' | '.join(line)} |\n" for line in cells)


def _kind(rule: Policy) -> str:
    return "resource" if isinstance(rule, ResourceValidationPolicy) else "stack"


def _words(rule: Policy) -> tuple[str, str, str]:
    severity = rule.severity.value if rule.severity else ""
    remedy = rule.remediation_steps or ""
    return severity, rule.description, remedy[:1].upper() + remedy[1:]


def _entries(section: str) -> list[Entry]:
    value = getattr(BOUNDARY, section)
    return value if isinstance(value, list) else []


def _name(entry: Entry) -> str:
    fields = entry.model_dump(exclude={"reason", "source"}, exclude_none=True)
    said = (", ".join(value) if isinstance(value, list) else value for value in fields.values())
    return " ".join(value for value in said if isinstance(value, str))


if __name__ == "__main__":
    if "--list" in sys.argv[1:]:
        print("\n".join(rule.name for rule in discover()))  # noqa: T201 - the list that was asked for
    else:
        PAGE.write_text(render(), encoding="utf-8")
