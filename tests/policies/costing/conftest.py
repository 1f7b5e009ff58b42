"""Small plans, priced on one day by the tables of the pack."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from policies.costing import rates
from policies.costing.estimate import Estimate, estimate
from policies.costing.plan import Plan, Planned
from policies.costing.rates import Tables
from policies.costing.services import MEASURES

TODAY = dt.date(2026, 12, 1)
Planner = Callable[..., Planned]
Pricer = Callable[..., Estimate]


@pytest.fixture(scope="session")
def tables() -> Tables:
    return rates.load(TODAY)


@pytest.fixture
def planned() -> Planner:
    """Makes a resource with a name of its own."""
    made: list[str] = []

    def plan_one(
        kind: str, *, made_from: Mapping[str, Planned] | None = None, **inputs: Any
    ) -> Planned:
        made.append(kind)
        name = f"r{len(made)}"
        return Planned(
            type=kind,
            urn=f"urn:pulumi:stack::mizan::{kind}::{name}",
            name=name,
            inputs=inputs,
            derived_from={key: (one.urn,) for key, one in (made_from or {}).items()},
        )

    return plan_one


@pytest.fixture
def priced(tables: Tables) -> Pricer:
    return lambda *resources: estimate(Plan(resources), tables, MEASURES)


@pytest.fixture
def pool(planned: Planner) -> Callable[..., list[Planned]]:
    """A node group with its launch template."""

    def make(least: int, most: int, kind: str = "m7g.large", gib: int = 40) -> list[Planned]:
        disk = {"ebs": {"volumeSize": gib, "volumeType": "gp3"}}
        template = planned(
            "aws:ec2/launchTemplate:LaunchTemplate", instanceType=kind, blockDeviceMappings=[disk]
        )
        group = planned(
            "aws:eks/nodeGroup:NodeGroup",
            made_from={"launchTemplate": template},
            scalingConfig={"minSize": least, "maxSize": most},
        )
        return [template, group]

    return make
