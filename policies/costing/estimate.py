"""From the resources of a plan to what they cost a month, line by line."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeAlias

from policies.costing.plan import Plan, Planned
from policies.costing.rates import Rate, Tables, UnpricedError


@dataclass(frozen=True, kw_only=True)
class Use:
    """How many units of a rate a resource uses in a month, at the least and at the most."""

    rate: str
    floor: Decimal
    ceiling: Decimal


_SHOWN: Final = 3

Measure: TypeAlias = Callable[[Planned, Plan, Tables], Iterable[Use]]
"""What the properties of a resource say that it uses.

Raises:
    UnpricedError: They do not say it, or not before apply.
"""


@dataclass(frozen=True, kw_only=True)
class Line:
    """What one resource costs a month, in USD."""

    type: str
    urn: str
    name: str
    component: str
    workload: str
    profile: str
    floor: Decimal = Decimal(0)
    """What is paid when every pool is at its minimum."""
    ceiling: Decimal = Decimal(0)
    """What is paid when every pool is at its maximum, all month."""
    rates: tuple[Rate, ...] = ()
    unpriced: str = ""
    """Why it could not be priced; then the figures are of no use."""


@dataclass(frozen=True)
class Estimate:
    """What a plan costs a month."""

    lines: tuple[Line, ...]

    @property
    def floor(self) -> Decimal:
        """USD a month when every pool is at its minimum."""
        return sum((line.floor for line in self.lines), Decimal(0))

    @property
    def ceiling(self) -> Decimal:
        """USD a month when every pool is at its maximum."""
        return sum((line.ceiling for line in self.lines), Decimal(0))

    @property
    def unpriced(self) -> tuple[Line, ...]:
        """Resources of which the cost is not known."""
        return tuple(line for line in self.lines if line.unpriced)

    def __str__(self) -> str:
        by_type: dict[str, Decimal] = {}
        for line in self.lines:
            kind = line.type.rpartition(":")[2]
            by_type[kind] = by_type.get(kind, Decimal(0)) + line.floor
        dearest = sorted(by_type.items(), key=lambda item: -item[1])[:_SHOWN]
        told = ", ".join(f"{kind} {usd:,.2f}" for kind, usd in dearest)
        return f"a floor of {self.floor:,.2f} USD a month ({told}), ceiling {self.ceiling:,.2f}"


def estimate(plan: Plan, tables: Tables, measures: dict[str, Measure]) -> Estimate:
    """Prices a plan.

    Args:
        plan: Its resources; those of the engine itself (stacks, components, providers) are left
            out by their type.
        tables: Prices and assumptions.
        measures: For each type of which the properties say what it uses, how.

    Returns:
        One line for each resource that costs something or cannot be priced.
    """
    lines = (
        _line(resource, plan, tables, measures)
        for resource in plan.resources
        if not resource.type.startswith("pulumi:")
    )
    return Estimate(tuple(line for line in lines if line.unpriced or line.ceiling))


def _line(resource: Planned, plan: Plan, tables: Tables, measures: dict[str, Measure]) -> Line:
    unpriced = ""
    try:
        uses = [(use, tables.rate(use.rate)) for use in _uses(resource, plan, tables, measures)]
    except UnpricedError as error:
        uses, unpriced = [], str(error)
    return Line(
        type=resource.type,
        urn=resource.urn,
        name=resource.name,
        component=resource.component,
        workload=_tag(resource, plan, "workload"),
        profile=_tag(resource, plan, "profile"),
        floor=sum((use.floor * rate.usd for use, rate in uses), Decimal(0)),
        ceiling=sum((use.ceiling * rate.usd for use, rate in uses), Decimal(0)),
        rates=tuple(rate for _, rate in uses),
        unpriced=unpriced,
    )


def _tag(resource: Planned, plan: Plan, key: str) -> str:
    """A tag of the resource, or of the machines that it makes."""
    makes = plan.node_class(resource)
    return resource.tag(key) or (makes.tag(key) if makes is not None else "")


def _uses(
    resource: Planned, plan: Plan, tables: Tables, measures: dict[str, Measure]
) -> Iterable[Use]:
    measure = measures.get(resource.type)
    assumed = tables.use_of(resource.type)
    if measure is None and not assumed and not tables.is_free(resource.type):
        raise UnpricedError("the type is neither priced, nor assumed, nor listed as free")
    if measure is not None:
        yield from measure(resource, plan, tables)
    for use in assumed:
        yield Use(rate=use.rate, floor=use.floor, ceiling=use.ceiling)
