"""The budget that a plan declares for itself."""

from decimal import Decimal
from typing import Final

from policies.costing.plan import Plan, Planned
from policies.costing.rates import UnpricedError

BUDGET: Final = "aws:budgets/budget:Budget"
_EVERYTHING: Final = {"budgetType": "COST", "timeUnit": "MONTHLY", "limitUnit": "USD"}


_OF_ONE_ENVIRONMENT: Final = "user:environment$"
"""How a filter names the tag that everything of an environment carries."""


def bounds_everything(budget: Planned) -> bool:
    """Whether a budget is in USD, by the month, and for all that the environment costs."""
    return (
        not budget.inputs.get("costTypes")
        and _whole(budget.inputs.get("costFilters") or [])
        and all(budget.inputs.get(key) == value for key, value in _EVERYTHING.items())
    )


def _whole(filters: object) -> bool:
    """Whether filters let the whole account through, or one whole environment of it."""
    if not filters:
        return True
    if not isinstance(filters, list) or len(filters) != 1 or not isinstance(filters[0], dict):
        return False
    values = filters[0].get("values")
    return (
        filters[0].get("name") == "TagKeyValue"
        and isinstance(values, list)
        and len(values) == 1
        and str(values[0]).startswith(_OF_ONE_ENVIRONMENT)
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
