"""The report as one page: no network, readable without its script, on a screen and on paper."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import jinja2

_TEMPLATES: Final = Path(__file__).resolve().with_name("templates")


def render(report: dict[str, Any], fingerprint: str) -> str:
    """Gives the page.

    Args:
        report: The evidence.
        fingerprint: Of the key that will sign it.
    """
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["ranges"] = ranges
    templates.filters["mark"] = mark
    # Both are files of this folder, not content: nothing of a plan reaches them.
    parts = {
        name: (_TEMPLATES / name).read_text(encoding="utf-8") for name in ("page.css", "page.js")
    }
    page = templates.get_template("page.html.j2")
    return page.render(
        report, fingerprint=fingerprint, style=parts["page.css"], script=parts["page.js"]
    )


def ranges(numbers: Iterable[int]) -> str:
    """Writes numbers shortly: `1-3, 7`."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(one) if one == last else f"{one}\N{EN DASH}{last}" for one, last in runs)


def mark(status: str) -> str:
    """The class by which a status is coloured; its text always stands beside the colour."""
    return "status-" + status.replace(" ", "-")
