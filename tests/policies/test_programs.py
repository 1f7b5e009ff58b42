"""The real engine, with the real pack, blocks what each rule refuses and lets the rest pass.

One program declares a fault for each rule, taken from the rule's own fixture. What the engine tells
of it must be what the rules say of it without an engine, violation by violation.
"""

import shutil
from pathlib import Path

import pytest

from policies import catalog
from policies.judging import StackRule
from tests.support.policy_engine import Engine, Preview
from tests.support.policy_fixtures import Case
from tests.support.policy_programs import Blame, faults, foretold, told, write

PROGRAMS = Path(__file__).resolve().parent / "programs"
RULES = {rule.name: rule for rule in catalog.discover()}
# A stack rule joins what its fixture declares; a resource rule needs one resource.
FAULTS = {name: faults(name, whole=isinstance(rule, StackRule)) for name, rule in RULES.items()}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Case]]:
    work = tmp_path_factory.mktemp("program") / "every_rule"
    shutil.copytree(PROGRAMS / "every_rule", work)
    return work, write([case for cases in FAULTS.values() for case in cases], work)


@pytest.fixture(scope="module")
def preview(engine: Engine, program: tuple[Path, list[Case]]) -> Preview:
    return engine.preview(program[0], stack="every-rule")


@pytest.fixture(scope="module")
def expected(program: tuple[Path, list[Case]]) -> set[Blame]:
    return foretold(program[1], RULES.values())


@pytest.mark.parametrize("rule", RULES)
def test_the_program_declares_a_fault_of_the_rule(rule: str) -> None:
    assert [case for case in FAULTS[rule] if case.expect], f"no fault of {rule} can be planned"


@pytest.mark.engine
@pytest.mark.parametrize("rule", RULES)
def test_the_engine_blocks_what_the_rule_refuses(
    preview: Preview, expected: set[Blame], rule: str
) -> None:
    own = {
        Blame(rule, f"{case.type}::{case.name}", case.expect)
        for case in FAULTS[rule]
        if case.expect
    }
    blamed = {blame for blame in told(preview) if blame.rule == rule}

    assert own & blamed, preview.text
    assert blamed == {blame for blame in expected if blame.rule == rule}


@pytest.mark.engine
def test_the_engine_fails_and_says_why(preview: Preview, expected: set[Blame]) -> None:
    assert preview.code != 0, preview.text
    assert {entry["enforcementLevel"] for entry in preview.violations} == {"mandatory"}
    for rule in RULES:
        assert rule in preview.text
    for blame in expected:
        assert f"{blame.resource}: {blame.path}: given " in preview.text


@pytest.mark.engine
def test_the_engine_lets_a_program_without_fault_pass(engine: Engine) -> None:
    preview = engine.preview_copy(PROGRAMS / "without_fault")

    assert preview.violations == []
    assert preview.code == 0, preview.text
