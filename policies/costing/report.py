"""What a plan costs, for people (text, Markdown) and for programs (JSON)."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias

from policies.costing import budget
from policies.costing.estimate import Estimate, Line
from policies.costing.plan import Plan

GROUPS: Final[Mapping[str, Callable[[Line], str]]] = {
    "component": lambda line: line.component or "(none)",
    "workload": lambda line: line.workload or "(no tag)",
    "profile": lambda line: line.profile or "(no tag)",
}
Json: TypeAlias = dict[str, Any]


class ReportError(Exception):
    """What was given to compare with is no report."""


def document(found: Estimate, plan: Plan) -> Json:
    """The report as data, which `difference` compares."""
    limit = budget.least(plan)
    return {
        "currency": "USD",
        "budget": None if limit is None else str(limit),
        "total": _sums(found.lines),
        "by": {name: _grouped(found.lines, key) for name, key in GROUPS.items()},
        "lines": [
            {"type": line.type, "name": line.name, "component": line.component, **_sums([line])}
            for line in sorted(found.lines, key=lambda line: (-line.floor, -line.ceiling, line.urn))
            if not line.unpriced
        ],
        "unpriced": [
            {"type": line.type, "name": line.name, "reason": line.unpriced}
            for line in found.unpriced
        ],
        "rates": _rates(found),
    }


def text(report: Json, *, lines: bool = False) -> str:
    """The report for a terminal.

    Args:
        report: What `document` gave.
        lines: Whether to list every resource too.
    """
    out = [f"{'USD a month':<44}{'floor':>14}{'ceiling':>14}"]
    for name, sums in report["by"].items():
        out += [f"by {name}", *(_row(f"  {key}", value) for key, value in sums.items())]
    if lines:
        out += ["by resource"]
        out += [_row(f"  {line['type'].rpartition(':')[2]} {line['name']}", line)
                for line in report["lines"]]  # fmt: skip
    out += [_row("total", report["total"]), _against(report), "", *_sources(report)]
    out += [f"unpriced: {len(report['unpriced'])}"]
    out += [f"  {one['type']} {one['name']}: {one['reason']}" for one in report["unpriced"]]
    return "\n".join(out) + "\n"


def difference(before: Json, after: Json) -> str:
    """What a change costs, as Markdown: every group that costs more or less, and the total.

    Raises:
        ReportError: One of them is no report.
    """
    try:
        rows = [
            (f"{name} {key}", *_change(before["by"][name].get(key), after["by"][name].get(key)))
            for name in after["by"]
            for key in sorted({*before["by"][name], *after["by"][name]})
        ]
        total = ("**total**", *_change(before["total"], after["total"]))
        known = {(one["type"], one["name"]) for one in before["unpriced"]}
        new = [one for one in after["unpriced"] if (one["type"], one["name"]) not in known]
        against = _against(after)
    except (KeyError, TypeError, AttributeError) as error:
        raise ReportError(f"no report of costs: {error!r} is missing or misplaced") from error
    moved = [row for row in rows if row[2] or row[4]]
    out = ["| USD a month | floor | change | ceiling | change |", "| --- | --: | --: | --: | --: |"]
    out += [
        f"| {name} | {floor:,.2f} | {floor_by:+,.2f} | {ceiling:,.2f} | {ceiling_by:+,.2f} |"
        for name, floor, floor_by, ceiling, ceiling_by in [*moved, total]
    ]
    out += ["", against]
    out += [f"- unpriced now: `{one['type']}` {one['name']}: {one['reason']}" for one in new]
    return "\n".join(out) + "\n"


def _change(old: Json | None, new: Json | None) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    zero = {"floor": "0", "ceiling": "0"}
    was, now = old or zero, new or zero
    floor, ceiling = Decimal(now["floor"]), Decimal(now["ceiling"])
    return floor, floor - Decimal(was["floor"]), ceiling, ceiling - Decimal(was["ceiling"])


def _sums(lines: Iterable[Line]) -> Json:
    held = list(lines)
    return {
        bound: f"{sum((getattr(line, bound) for line in held), Decimal(0)):.2f}"
        for bound in ("floor", "ceiling")
    }


def _grouped(lines: Iterable[Line], key: Callable[[Line], str]) -> dict[str, Json]:
    found: dict[str, list[Line]] = {}
    for line in lines:
        if not line.unpriced:
            found.setdefault(key(line), []).append(line)
    sums = {name: _sums(held) for name, held in found.items()}
    return dict(sorted(sums.items(), key=lambda item: -Decimal(item[1]["floor"])))


def _rates(found: Estimate) -> list[Json]:
    used = {rate.name: rate for line in found.lines for rate in line.rates}
    return [
        {
            "name": rate.name,
            "usd": str(rate.usd),
            "unit": rate.unit,
            "as_of": None if rate.as_of is None else rate.as_of.isoformat(),
            "source": rate.source,
            "assumed": rate.assumed or None,
        }
        for rate in sorted(used.values(), key=lambda rate: rate.name)
    ]


def _sources(report: Json) -> list[str]:
    dated = sorted(rate["as_of"] for rate in report["rates"] if rate["as_of"])
    undated = [rate["name"] for rate in report["rates"] if not rate["as_of"]]
    assumed = [rate["name"] for rate in report["rates"] if rate["assumed"]]
    out = [f"prices: {len(report['rates'])}, from {dated[0]} to {dated[-1]}"] if dated else []
    if undated:
        out += [f"  of no known date: {', '.join(undated)}"]
    if assumed:
        out += [f"  assumed, not found for the region: {', '.join(assumed)}"]
    return out


def _row(name: str, sums: Json) -> str:
    return f"{name:<44}{Decimal(sums['floor']):>14,.2f}{Decimal(sums['ceiling']):>14,.2f}"


def _against(report: Json) -> str:
    if report["budget"] is None:
        return "budget: none in this plan"
    limit, floor = Decimal(report["budget"]), Decimal(report["total"]["floor"])
    over = f"; {floor - limit:,.2f} OVER THE BUDGET" if floor > limit else ""
    share = f"{floor / limit:.0%}" if limit else "all"
    return f"budget: {limit:,.2f}, of which the floor uses {share}{over}"
