"""What is deployed is judged by the real engine, by its state alone, and held against the plan."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from policies import auditing
from policies.auditing import FAULTY, SOUND, UNAUDITED, AuditError
from policies.documents import Document
from policies.drift import drift
from policies.judging import Declared
from policies.reading import UNKNOWN
from tests.support.policy_engine import Engine
from tests.support.policy_fixtures import Case
from tests.support.policy_programs import write

PROGRAM = Path(__file__).resolve().parent / "programs" / "every_rule"
INSIDE = {"type": "pulumi:providers:aws", "props": {"region": "me-central-1"}}
CLUSTER = {"type": "pulumi:providers:kubernetes", "props": {}}
SETTINGS = Case(
    type="kubernetes:core/v1:Secret",
    name="settings",
    provider=CLUSTER,
    props={"metadata": {"name": "settings"}, "immutable": True},
)
ABROAD = Case(
    type="aws:ec2/internetGateway:InternetGateway",
    name="by-hand",
    provider=INSIDE,
    props={"region": "eu-west-1"},
)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    made = Engine(tmp_path)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.mark.engine
def test_a_state_with_a_resource_abroad_is_told_and_so_is_drift(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work = shutil.copytree(PROGRAM, tmp_path / "program")
    write([SETTINGS, ABROAD], work)
    state, plan = tmp_path / "state.json", tmp_path / "plan.json"
    state.write_text(engine.deployed(work, stack="audited"), encoding="utf-8")
    write([Case(**{**vars(SETTINGS), "props": {**SETTINGS.props, "immutable": False}})], work)
    plan.write_text(engine.planned(work, stack="audited"), encoding="utf-8")

    code = auditing.main([str(state), "--plan", str(plan)])

    told, failed = capsys.readouterr()
    urn = "urn:pulumi:audited::fault::aws:ec2/internetGateway:InternetGateway::by-hand"
    assert code == FAULTY, failed
    assert f"{urn}\n" in told
    assert 'residency-resource-region: region: given "eu-west-1"; allowed: ' in told
    assert f"drift: {urn}: deployed, and the plan does not declare it" in told
    assert "::settings: immutable: deployed true, declared false" in told


@pytest.mark.engine
def test_a_state_without_fault_is_sound(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work = shutil.copytree(PROGRAM, tmp_path / "program")
    write([Case(type="mizan:components:Empty", name="nothing")], work)
    state, plan = tmp_path / "state.json", tmp_path / "plan.json"
    state.write_text(engine.deployed(work, stack="audited"), encoding="utf-8")
    plan.write_text(engine.planned(work, stack="audited"), encoding="utf-8")

    code = auditing.main([str(state), "--plan", str(plan)])

    told = capsys.readouterr().out
    assert code == SOUND, told
    assert "audited: 2 resources, 0 violations of 0 resources, 0 differences" in told


def test_what_cannot_be_read_is_no_sound_state(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "state.json").write_text("{}", encoding="utf-8")

    assert auditing.main([str(tmp_path / "state.json")]) == UNAUDITED
    assert auditing.main([str(tmp_path / "none.json")]) == UNAUDITED
    assert "holds no resource" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("script", "said"),
    [("exit 0", "gave no verdict"), ("echo '{\"summaryEvent\": {}}'; exit 1", "failed beside")],
)
def test_an_engine_that_says_nothing_passes_nothing(
    script: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pulumi").write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (tmp_path / "pulumi").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")

    with pytest.raises(AuditError, match=said):
        auditing.violations(tmp_path / "state.json")


def test_an_audit_without_an_engine_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(AuditError, match="pulumi is not on PATH"):
        auditing.violations(tmp_path / "state.json")


def document(**props: Any) -> Document:
    return Document("dev", [Declared(type="a:b/c:D", urn="urn", name="x", props=props)])


@pytest.mark.parametrize(
    ("deployed", "declared", "paths"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, ["a"]),
        ({"a": 1}, {}, ["a"]),
        ({}, {"a": 1}, ["a"]),
        ({"a": None}, {}, []),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, ["a.b[1]"]),
        ({"a": [1]}, {"a": [1, 2]}, ["a"]),
        ({"a": {"b": 1}}, {"a": UNKNOWN}, []),
        ({"a": "1"}, {"a": "[secret]"}, []),
        ({"a": {"4dabf18193072939515e22adb298388d": "1", "ciphertext": "x"}}, {"a": "y"}, []),
        ({"__defaults": ["a"]}, {"__defaults": []}, []),
    ],
)
def test_inputs_differ_where_both_are_known(
    deployed: dict[str, Any], declared: dict[str, Any], paths: list[str]
) -> None:
    found = list(drift(document(**deployed), document(**declared)))

    assert [one.path for one in found] == paths


def test_a_resource_that_nobody_declares_is_told() -> None:
    (found,) = drift(document(a=1), Document("dev", []))

    assert str(found) == "urn: deployed, and the plan does not declare it"


def test_the_plan_of_another_stack_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "violations", lambda _: {})
    for name in ("one", "two"):
        state = {"urn": f"urn:pulumi:{name}::mizan::a:b/c:D::x", "type": "a:b/c:D"}
        text = json.dumps({"deployment": {"resources": [state]}})
        (tmp_path / name).write_text(text, encoding="utf-8")

    assert auditing.main([str(tmp_path / "one"), "--plan", str(tmp_path / "two")]) == UNAUDITED
    assert auditing.main([str(tmp_path / "one"), "--plan", str(tmp_path / "one")]) == SOUND
