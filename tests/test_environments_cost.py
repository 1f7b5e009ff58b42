"""Every environment in a cloud has its price, and one beyond its budget is refused."""

import datetime as dt
import shutil
from pathlib import Path

import pytest
import yaml

from environments import CloudRegion, load, names
from environments.loader import VARIABLE
from policies.cost.monthly_budget import policy
from policies.costing import budget, rates, report
from policies.costing.estimate import Estimate, estimate
from policies.costing.plan import Plan as Priced
from policies.costing.plan import Planned
from policies.costing.services import MEASURES
from tests.support.engine import Plan, build, environment_plan
from tests.support.environment_cases import cases
from tests.support.policy_fixtures import violations

ROOT = Path(__file__).resolve().parent.parent
CLOUD = [name for name in names() if isinstance(load(name).sites.primary, CloudRegion)]
# They cost something and AWS puts no tag on them.
UNTAGGABLE = {
    "aws:cfg/recorder:Recorder",
    "aws:guardduty/detectorFeature:DetectorFeature",
    "aws:inspector2/enabler:Enabler",
    "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation",
    "aws:securityhub/account:Account",
}


def priced(plan: Plan) -> tuple[Estimate, Priced]:
    planned = Priced(
        [
            Planned(
                type=one.type,
                urn=one.urn,
                name=one.name,
                inputs=one.inputs,
                derived_from=one.derived_from,
            )
            for one in plan.records
            if one.custom
        ]
    )
    return estimate(planned, rates.load(dt.datetime.now(tz=dt.UTC).date()), MEASURES), planned


@pytest.mark.parametrize("name", CLOUD)
def test_an_environment_has_no_gap_in_its_price_and_is_within_its_budget(name: str) -> None:
    found, planned = priced(environment_plan(name))

    assert [(line.type, line.unpriced) for line in found.unpriced] == []
    assert budget.least(planned) == load(name).monthly_budget_usd
    assert 0 < found.floor <= load(name).monthly_budget_usd
    assert found.ceiling > found.floor


@pytest.mark.parametrize("name", CLOUD)
def test_what_costs_something_says_what_it_is_for(name: str) -> None:
    found, _ = priced(environment_plan(name))

    silent = {line.type for line in found.lines if not (line.workload and line.profile)}
    assert silent <= UNTAGGABLE
    assert set(report.GROUPS) == {"component", "workload", "profile"}


@pytest.mark.parametrize("name", CLOUD)
def test_a_minimum_beyond_the_budget_is_refused_with_the_figure_and_the_limit(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "environments"
    shutil.copytree(ROOT / "environments" / name, folder / name)
    file = folder / name / "environment.yaml"
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    limit = document["monthly_budget_usd"]
    pool = next(one for one in document["node_pools"] if one["min_nodes"] > 0)
    before = priced(environment_plan(name))[0]
    pool["min_nodes"] = pool["max_nodes"] = min(1000, limit // 50)
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(folder))

    plan = build(name)

    floor = priced(plan)[0].floor
    assert floor > limit > before.floor
    (messages,) = violations(policy, cases(plan)).values()
    (message,) = messages
    assert f"a floor of {floor:,.2f} USD a month" in message
    assert f"allowed: a floor of up to {limit:,.2f} USD a month" in message
