"""A waiver stands in the evidence with its ground, what it excuses, and what makes it void."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.documents import read
from policies.evidence import page, report
from policies.waiving import Waiver
from tests.policies.evidence.conftest import declared
from tests.policies.evidence.test_report import control
from tests.support import pages
from tests.support.plan_documents import AWS, document, state

SAMPLE = Path(__file__).resolve().parents[1] / "waivers" / "alerts-abroad.yaml"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
ABROAD = {"alarmActions": ["arn:aws:sns:eu-west-1:111122223333:alerts"]}
ALERTS = state(ALARM, "alerts-cpu", ABROAD)
SAYS = '{"tags": {"perimeter": "onshore", "sector": "general", "data-class": "internal.personal"}}'
GUARD = "guard-waivers-hold"


def waiver(stack: str = "smb", **changes: Any) -> Waiver:
    written = yaml.safe_load(SAMPLE.read_text(encoding="utf-8"))
    written["scope"] = {**written["scope"], "stack": stack}
    return Waiver.model_validate({"id": SAMPLE.stem, **written, **changes})


def evidence(*states: Any, given: Waiver, day: str = "2026-11-24") -> dict[str, Any]:
    inside = {**AWS, "inputs": {**AWS["inputs"], "defaultTags": SAYS}}
    plan = document([inside, *states])
    source = report.Source(
        plan=plan, dated=f"{day}T10:00:00Z", dated_by="a test", revision="0123abc"
    )
    return report.build(source, read(plan), declared("smb"), [given])


def of_alarms(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        one
        for one in found["violations"]
        if one["rule"] == "residency-arn-region" and one["urn"] == ALERTS["urn"]
    ]


def row(found: dict[str, Any]) -> str:
    shown = pages.read(page.render(found, "00ff"))
    (one,) = [row for row in shown.rows if row.get("data-waiver") == "alerts-abroad"]
    return one["text"]


def test_a_used_waiver_is_told_with_what_it_rests_on_and_what_it_excuses():
    found = evidence(ALERTS, given=waiver())

    (told,) = found["waivers"]
    assert {
        "id": "alerts-abroad",
        "rule": "residency-arn-region",
        "kind": "transfer",
        "ground": "PDPL Article 23(1)(a)",
        "reference": "TRANSFER-2026-017",
        "approver": "dpo@company.example",
        "scope": {"stack": "smb", "urn": f"{ALARM}::alerts-*"},
        "data_classes": ["internal", "personal"],
        "issued": "2026-11-01",
        "expires": "2027-10-31",
        "uses": [ALERTS["urn"]],
        "faults": [],
    }.items() <= told.items()
    assert [one["waiver"] for one in of_alarms(found)] == ["alerts-abroad"]
    assert found["summary"]["waived"] == 1
    for said in (
        "PDPL Article 23(1)(a)", "TRANSFER-2026-017", "dpo@company.example", "2027-10-31",
        "holds", f"{ALARM}::alerts-*", ALERTS["urn"],
    ):  # fmt: skip
        assert said in row(found), said


def test_a_waiver_that_holds_keeps_its_guard_and_shows_on_the_control():
    found = evidence(ALERTS, given=waiver())
    rules = {one["id"]: one for one in found["rules"]}

    assert (rules[GUARD]["status"], rules[GUARD]["read"]) == ("kept", 1)
    assert rules["residency-arn-region"]["status"] == "waived"
    transfer = {one["id"]: one for one in control(found, "uae-pdpl", "Article 23")["rules"]}
    assert (transfer[GUARD]["status"], transfer["residency-arn-region"]["status"]) == (
        "kept", "waived"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "path", "given"),
    [
        ("2027-11-01", "waivers/alerts-abroad.expires", '"2027-10-31"'),
        ("2026-10-31", "waivers/alerts-abroad.issued", '"2026-11-01"'),
    ],
)
def test_a_waiver_out_of_its_time_is_a_violation_on_the_day_of_the_plan(day, path, given):
    found = evidence(ALERTS, given=waiver(), day=day)

    (told,) = found["waivers"]
    assert [(one["path"], one["given"]) for one in told["faults"]] == [(path, given)]
    assert told["uses"] == []
    assert [one["waiver"] for one in of_alarms(found)] == [None]
    assert (GUARD, path) in [(one["rule"], one["path"]) for one in found["violations"]]
    assert "violated" in row(found)
    assert path in row(found)
    rules = {one["id"]: one["status"] for one in found["rules"]}
    assert rules[GUARD] == "violated"


def test_an_unused_waiver_is_a_violation():
    found = evidence(state(ALARM, "alerts-cpu", {}), given=waiver())

    (told,) = found["waivers"]
    assert [one["path"] for one in told["faults"]] == ["waivers/alerts-abroad.scope.urn"]
    assert found["summary"]["violations"] > 0
    assert "not used" in row(found)


def test_a_waiver_of_another_stack_is_not_told():
    found = evidence(ALERTS, given=waiver("shop"))

    assert found["waivers"] == []
    assert "This environment has no waiver" in page.render(found, "00ff")
    assert [one["waiver"] for one in of_alarms(found)] == [None]
