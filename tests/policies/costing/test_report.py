"""A plan, as `pulumi preview --json` writes it, becomes a report that people and programs read."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from policies.costing import plan, report
from policies.costing.__main__ import main

STACK = "urn:pulumi:smb::mizan::"
POOL = f"{STACK}mizan:components:NodePool$"


def step(
    urn: str, op: str = "create", *, custom: bool = True, made_from: Any = None, **inputs: Any
) -> dict[str, Any]:
    kind = urn.split("::")[2].rpartition("$")[2]
    state = {
        "urn": urn,
        "type": kind,
        "custom": custom,
        "inputs": inputs,
        "propertyDependencies": made_from or {},
    }
    return {"op": op, "urn": urn, **({} if op == "delete" else {"newState": state})}


def document(minimum: int = 1, *more: dict[str, Any]) -> str:
    template = f"{POOL}aws:ec2/launchTemplate:LaunchTemplate::serving-template"
    tags = {"workload": "serving", "profile": "cpu-inference"}
    steps = [
        step(f"{STACK}pulumi:pulumi:Stack::mizan-smb", custom=False),
        step(
            f"{STACK}aws:budgets/budget:Budget::all",
            budgetType="COST",
            timeUnit="MONTHLY",
            limitUnit="USD",
            limitAmount="200",
        ),
        step(
            template,
            instanceType="m7g.large",
            blockDeviceMappings=[{"ebs": {"volumeSize": 40, "volumeType": "gp3"}}],
        ),
        step(
            f"{POOL}aws:eks/nodeGroup:NodeGroup::serving",
            made_from={"launchTemplate": [template]},
            scalingConfig={"minSize": minimum, "maxSize": 4},
            launchTemplate={"id": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"},
            tags=tags,
        ),
        *more,
    ]
    return json.dumps({"steps": steps, "diagnostics": [], "changeSummary": {"create": 4}})


def written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, *options: str
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    code = main(list(options))
    told = capsys.readouterr()
    return code, told.out, told.err


def test_the_report_sums_by_component_workload_and_profile(monkeypatch, capsys) -> None:
    code, out, _ = written(monkeypatch, capsys, document())

    assert code == 0
    for name in ("NodePool", "serving", "cpu-inference", "total"):
        (row,) = [line for line in out.splitlines() if line.strip().startswith(name)]
        assert row.split()[-2:] == ["77.00", "308.00"]
    assert "budget: 200.00, of which the floor uses 38%" in out
    assert "assumed, not found for the region: ebs/gp3" in out
    assert "unpriced: 0" in out


def test_the_report_lists_what_has_no_price(monkeypatch, capsys) -> None:
    database = step(f"{STACK}aws:rds/instance:Instance::records")

    code, out, _ = written(monkeypatch, capsys, document(1, database))

    assert code == 0
    assert "unpriced: 1\n  aws:rds/instance:Instance records: the type is neither" in out


def test_a_floor_beyond_the_budget_is_told(monkeypatch, capsys) -> None:
    _, out, _ = written(monkeypatch, capsys, document(3))

    assert "31.00 OVER THE BUDGET" in out


def test_the_difference_to_an_earlier_report_is_told_as_markdown(
    monkeypatch, capsys, tmp_path: Path
) -> None:
    _, before, _ = written(monkeypatch, capsys, document(), "--json")
    earlier = tmp_path / "before.json"
    earlier.write_text(before)
    database = step(f"{STACK}aws:rds/instance:Instance::records")

    code, out, _ = written(monkeypatch, capsys, document(2, database), "--compare", str(earlier))

    assert code == 0
    assert "| component NodePool | 154.00 | +77.00 | 308.00 | +0.00 |" in out
    assert "| **total** | 154.00 | +77.00 | 308.00 | +0.00 |" in out
    assert "- unpriced now: `aws:rds/instance:Instance` records: " in out


def test_what_costs_nothing_else_is_not_in_the_difference() -> None:
    same = {"total": {"floor": "1", "ceiling": "2"}, "unpriced": [], "budget": None}
    same["by"] = {"workload": {"serving": same["total"]}}

    assert "serving" not in report.difference(same, same)


@pytest.mark.parametrize("earlier", ["{}", "[]", '{"by": 1, "total": 2}', "no report"])
def test_what_is_no_report_is_refused(monkeypatch, capsys, tmp_path: Path, earlier: str) -> None:
    path = tmp_path / "before.json"
    path.write_text(earlier)

    code, out, err = written(monkeypatch, capsys, document(), "--compare", str(path))

    assert (code, out) == (1, "")
    assert err.startswith("mizan: ")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (" ", "the plan is empty: the preview did not get that far"),
        ("{", "the plan is not JSON"),
        ("[]", "the plan has no steps"),
        ('{"steps": []}', "the plan has no steps; allowed: pulumi preview --json --show-sames"),
        (
            '{"steps": [{}], "diagnostics": [{"severity": "error", "message": "no credentials"}]}',
            "the preview failed, so there is no plan:\nno credentials",
        ),
    ],
)
def test_what_is_no_plan_is_refused(monkeypatch, capsys, text: str, reason: str) -> None:
    code, out, err = written(monkeypatch, capsys, text)

    assert (code, out) == (1, "")
    assert reason in err


def test_what_a_plan_deletes_costs_nothing_any_more() -> None:
    gone = step(f"{STACK}aws:eks/cluster:Cluster::cluster", "delete")

    found = plan.read(document(1, gone))

    assert not list(found.of("aws:eks/cluster:Cluster"))


def test_what_a_plan_replaces_is_counted_once() -> None:
    urn = f"{STACK}aws:eks/cluster:Cluster::cluster"
    steps = [step(urn, op) for op in ("create-replacement", "replace", "delete-replaced")]

    assert len(list(plan.read(document(1, *steps)).of("aws:eks/cluster:Cluster"))) == 1


def test_a_resource_belongs_to_its_outermost_component() -> None:
    inner = plan.Planned(
        type="aws:s3/bucket:Bucket",
        urn=f"{STACK}mizan:components:ObjectStore$mizan:components:Zone$aws:s3/bucket:Bucket::raw",
        name="raw",
    )

    assert inner.component == "ObjectStore"
