"""The budget that a plan declares for itself."""

from decimal import Decimal
from typing import Final

from policies.costing.plan import Plan, Planned
from policies.costing.rates import UnpricedError

BUDGET: Final = "aws:budgets/budget:Budget"
_EVERYTHING: Final = {"budgetType": "COST", "timeUnit": "MONTHLY", "limitUnit": "USD"}


def bounds_everything(budget: Planned) -> bool:
    """Whether a budget is in USD, by the month, and for all that the account costs."""
    filtered = budget.inputs.get("costFilters") or budget.inputs.get("costTypes")
    return not filtered and all(
        budget.inputs.get(key) == value for key, value in _EVERYTHING.items()
    )


def limits(plan: Plan) -> dict[str, Decimal | None]:
    """URN of each budget for everything to its limit in USD; `None` where that is not known."""
    return {budget.urn: _limit(budget) for budget in plan.of(BUDGET) if bounds_everything(budget)}


def least(plan: Plan) -> Decimal | None:
    """The lowest of the limits, in USD; `None` where a plan has none that is known."""
    return min((limit for limit in limits(plan).values() if limit is not None), default=None)


def _limit(budget: Planned) -> Decimal | None:
    try:
        written = budget.text("limitAmount")
    except UnpricedError:
        return None
    return Decimal(written) if written.replace(".", "", 1).isdecimal() else None
