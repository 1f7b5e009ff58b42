"""Programs that carry a fault past the environment model are blocked by the real engine.

Each is planned by `pulumi preview --policy-pack policies`, and exactly the rule that should
blocks it, with the URN and the property in what the user reads.
"""

from pathlib import Path

import pytest
import yaml

from policies import catalog
from tests.support.policy_engine import Engine

PROGRAMS = Path(__file__).resolve().parent / "programs"
FAULTS = sorted(path.parent for path in PROGRAMS.glob("*/expected.yaml"))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(tmp_path_factory.mktemp("engine"))


def test_every_rule_has_a_program() -> None:
    names = {path.name.replace("_", "-") for path in FAULTS}

    assert names == {rule.name for rule in catalog.discover()}


@pytest.mark.engine
@pytest.mark.parametrize("program", FAULTS, ids=lambda path: path.name)
def test_the_engine_blocks_the_program_by_exactly_one_rule(engine: Engine, program: Path) -> None:
    expected = yaml.safe_load((program / "expected.yaml").read_text(encoding="utf-8"))

    assert expected["rule"] == program.name.replace("_", "-")
    preview = engine.preview_copy(program)

    assert preview.code != 0, preview.text
    assert {entry["policyName"] for entry in preview.violations} == {expected["rule"]}, preview.text
    assert {entry["enforcementLevel"] for entry in preview.violations} == {"mandatory"}
    (violation,) = preview.violations
    urn = violation["resourceUrn"]
    assert urn.endswith(f"{expected['type']}::{expected['name']}")
    assert f"{urn}: {expected['path']}: given " in violation["message"]
    assert expected["rule"] in preview.text
    assert f"{urn}: {expected['path']}: given " in preview.text


@pytest.mark.engine
def test_the_engine_lets_a_program_without_fault_pass(engine: Engine) -> None:
    preview = engine.preview_copy(PROGRAMS / "without_fault")

    assert preview.violations == []
    assert preview.code == 0, preview.text
