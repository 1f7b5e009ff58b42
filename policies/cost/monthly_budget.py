"""What a plan costs at the least stays within the budget that the plan itself declares.

The floor, every pool at its minimum, is paid whatever happens, so it must fit. The ceiling, every
pool at its maximum all month, is only told: a maximum is room for a bad hour, and the alerts of
the same budget watch what is really spent.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.costing import budget, rates
from policies.costing.estimate import estimate
from policies.costing.plan import Plan, Planned
from policies.costing.services import MEASURES
from policies.judging import Declared, Finding, stack_rule
from policies.reading import UNKNOWN

TYPES: Final = {budget.BUDGET: "limitAmount"}
_TABLES: Final = rates.load(dt.datetime.now(tz=dt.UTC).date())
_BUDGET: Final = "a monthly budget in USD for everything, its limitAmount known before apply"
_PRICED: Final = "a type with a price, or a dated assumption in policies/costing/assumptions.yaml"


def judge(resources: list[Declared]) -> Iterator[Finding]:
    """Judges a plan whole, if anything of it is in the cloud."""
    plan = Plan([_planned(one) for one in resources if one.provider_type is not None])
    if not any(resource.type.startswith("aws:") for resource in plan.resources):
        return
    found = estimate(plan, _TABLES, MEASURES)
    for line in found.unpriced:
        yield Finding(path="type", given=line.unpriced, allowed=_PRICED, urn=line.urn)
    limits = budget.limits(plan)
    for urn, limit in limits.items():
        if limit is None:
            yield Finding(path="limitAmount", given=UNKNOWN, allowed=_BUDGET, urn=urn)
        elif found.floor > limit:
            allowed = f"a floor of up to {limit:,.2f} USD a month"
            yield Finding(path="limitAmount", given=str(found), allowed=allowed, urn=urn)
    if found.lines and not limits:
        dearest = max(found.lines, key=lambda line: line.floor)
        yield Finding(path="type", given=f"no budget, {found}", allowed=_BUDGET, urn=dearest.urn)


def _planned(one: Declared) -> Planned:
    return Planned(
        type=one.type, urn=one.urn, name=one.name, inputs=one.props, derived_from=one.derived_from
    )


policy = stack_rule(
    __name__,
    description="What a plan costs a month at the least is within its own budget, and is known.",
    severity=Severity.HIGH,
    remediation="lower a minimum or raise the budget with who pays for it; `make cost` shows both.",
    judge=judge,
)
