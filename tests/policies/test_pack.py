"""The real pack, booted as the engine boots it, answers with mandatory violations only."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import StackValidationPolicy

from policies import catalog
from tests.support.policy_fixtures import FIXTURES, Case, load
from tests.support.policy_pack import PACK, Pack, running

RULES = {policy.name: policy for policy in catalog.discover()}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pack]:
    with running(cwd=tmp_path_factory.mktemp("elsewhere")) as booted:
        yield booted


def judged(pack: Pack, rule: str, kind: str) -> list[analyzer_pb2.AnalyzeDiagnostic]:
    """Every answer of the pack to a fixture, whichever rule gives it, at its right time."""
    cases = load(FIXTURES / rule / f"{kind}.yaml")
    if isinstance(RULES[rule], StackValidationPolicy):
        return pack.analyze_stack(cases)
    return [diagnostic for case in cases for diagnostic in pack.analyze(case)]


def test_the_pack_says_what_it_enforces(pack: Pack) -> None:
    info = pack.info()

    assert info.name == "mizan"
    assert {policy.name for policy in info.policies} == set(RULES)
    assert {policy.enforcementLevel for policy in info.policies} == {analyzer_pb2.MANDATORY}


@pytest.mark.parametrize("rule", RULES)
def test_bad_fixture_is_blocked_by_its_rule(pack: Pack, rule: str) -> None:
    cases = [case for case in load(FIXTURES / rule / "bad.yaml") if case.expect]

    diagnostics = judged(pack, rule, "bad")

    assert {diagnostic.enforcementLevel for diagnostic in diagnostics} == {analyzer_pb2.MANDATORY}
    messages = [entry.message for entry in diagnostics if entry.policyName == rule]
    for case in cases:
        assert any(f"{case.urn}: {case.expect}: given " in message for message in messages)


@pytest.mark.parametrize("rule", RULES)
def test_good_fixture_is_not_blocked_by_its_rule(pack: Pack, rule: str) -> None:
    diagnostics = judged(pack, rule, "good")

    assert [entry.message for entry in diagnostics if entry.policyName == rule] == []
    assert {entry.enforcementLevel for entry in diagnostics} <= {analyzer_pb2.MANDATORY}


def test_a_faulty_boundary_stops_the_pack(tmp_path: Path) -> None:
    copy = copytree(PACK, tmp_path / "policies", ignore=lambda *_: {"__pycache__"})
    (copy / "boundary.yaml").write_text("jurisdiction: AE\nregions: []\n", encoding="utf-8")

    started = subprocess.run(
        [sys.executable, str(copy), "127.0.0.1:0"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert started.returncode != 0
    assert started.stdout == ""
    assert "Nothing is judged by a faulty boundary" in started.stderr


CRASHING = '''
"""A rule with a defect: it touches what is not known yet."""
from pulumi_policy import Severity
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError
from policies.judging import resource_rule


def judge(resource):
    raise UnknownValueError(UNKNOWN_STRING_VALUE, ["bucket"])


policy = resource_rule(
    __name__, description="d.", severity=Severity.LOW, remediation="r.", judge=judge
)
'''


def test_a_rule_that_trips_over_an_unknown_still_blocks(tmp_path: Path) -> None:
    """Left to the SDK, this is an advisory that nobody has to read."""
    copy = copytree(PACK, tmp_path / "policies", ignore=lambda *_: {"__pycache__"})
    (copy / "access" / "crashing.py").write_text(CRASHING, encoding="utf-8")

    with running(copy, cwd=tmp_path) as booted:
        (diagnostic,) = booted.analyze(Case(type="a:b/c:D", name="x"))

    assert diagnostic.policyName == "access-crashing"
    assert diagnostic.enforcementLevel == analyzer_pb2.MANDATORY
    assert "the rule could not be run (UnknownValueError" in diagnostic.message
