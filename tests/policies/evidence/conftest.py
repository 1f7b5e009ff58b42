"""Small plans, and the evidence of every environment, each made once."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from environments import stacks
from policies.documents import read
from policies.evidence import environment, report
from tests.support.engine import environment_plan
from tests.support.plan_documents import of_program

REPOSITORY = Path(__file__).resolve().parents[3]
STACKS = sorted(stacks())
DATE = "2026-11-24T10:00:00Z"


def report_of(plan: str, whose: environment.Environment) -> dict[str, Any]:
    found = report.Source(plan=plan, dated=DATE, dated_by="a test", revision="0123abc")
    return report.build(found, read(plan), whose)


def declared(name: str) -> environment.Environment:
    folder = REPOSITORY / "environments" / name.partition(".")[0]
    return environment.read(folder / "environment.yaml")


@cache
def evidence_of(stack: str) -> dict[str, Any]:
    plan = of_program(environment_plan(stack), stack)
    return report_of(plan, declared(stack))


@pytest.fixture(params=STACKS)
def evidence(request):
    return evidence_of(request.param)
