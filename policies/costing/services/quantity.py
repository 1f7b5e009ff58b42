"""Quantities of a month."""

from decimal import Decimal

from policies.costing.estimate import Use
from policies.costing.rates import HOURS

METRICS = 7
"""Metrics of a machine that are charged when it is watched by the minute."""


def held(rate: str, floor: float | Decimal, ceiling: float | Decimal | None = None) -> Use:
    """So many units at every moment of the month, of a rate by the month."""
    most = floor if ceiling is None else ceiling
    return Use(rate=rate, floor=Decimal(str(floor)), ceiling=Decimal(str(most)))


def running(rate: str, floor: int, ceiling: int | None = None) -> Use:
    """So many that run all month, of a rate by the hour."""
    most = floor if ceiling is None else ceiling
    return Use(rate=rate, floor=Decimal(floor * HOURS), ceiling=Decimal(most * HOURS))
