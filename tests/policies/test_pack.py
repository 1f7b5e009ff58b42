"""The real pack, booted as the engine boots it, answers with mandatory violations only."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pulumi.runtime.proto import analyzer_pb2

from policies import catalog
from tests.support.evasions import corpus
from tests.support.policy_fixtures import Case
from tests.support.policy_pack import PACK, Pack, running
from tests.support.policy_table import Table, ask

RULES = {policy.name: policy for policy in catalog.discover()}
GUARDS = {"guard-previewed", "guard-waivers-hold"}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pack]:
    with running(cwd=tmp_path_factory.mktemp("elsewhere")) as booted:
        yield booted


@pytest.fixture(scope="module")
def table(pack: Pack) -> Table:
    return ask(pack, evasions=corpus())


def test_the_pack_says_what_it_enforces(pack: Pack) -> None:
    info = pack.info()

    assert info.name == "mizan"
    assert {policy.name for policy in info.policies} == set(RULES) | GUARDS
    assert {policy.enforcementLevel for policy in info.policies} == {analyzer_pb2.MANDATORY}


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_answers_fixtures_and_evasions_as_it_should(table: Table, rule: str) -> None:
    assert table.rows[rule].wrong == []
    assert not table.rows[rule].lacks_a_case()


def test_nothing_is_advisory(table: Table) -> None:
    assert table.advisory == []
    assert table.faults() == []
    assert "nothing advisory; faults: none" in table.text()


def test_the_table_tells_a_rule_that_is_blind_and_one_without_a_case(tmp_path: Path) -> None:
    copy = shutil.copytree(PACK, tmp_path / "policies", ignore=lambda *_: {"__pycache__"})
    blind = copy / "residency" / "image_registry.py"
    text = blind.read_text(encoding="utf-8")
    blind.write_text(text.replace("judge=judge", "judge=lambda _: []"), encoding="utf-8")
    shutil.copy(copy / "residency" / "arn_region.py", copy / "residency" / "unheard.py")

    with running(copy, cwd=tmp_path) as booted:
        faults = ask(booted, evasions=corpus()).faults()

    assert "residency-unheard: has no case" in faults
    assert [fault for fault in faults if "evasions blocked: An init container" in fault]
    assert {fault.partition(":")[0] for fault in faults} == {
        "residency-unheard",
        "residency-image-registry",
    }


def test_a_faulty_boundary_stops_the_pack(tmp_path: Path) -> None:
    copy = shutil.copytree(PACK, tmp_path / "policies", ignore=lambda *_: {"__pycache__"})
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
    copy = shutil.copytree(PACK, tmp_path / "policies", ignore=lambda *_: {"__pycache__"})
    (copy / "access" / "crashing.py").write_text(CRASHING, encoding="utf-8")

    with running(copy, cwd=tmp_path) as booted:
        (diagnostic,) = booted.analyze(Case(type="a:b/c:D", name="x"))

    assert diagnostic.policyName == "access-crashing"
    assert diagnostic.enforcementLevel == analyzer_pb2.MANDATORY
    assert "the rule could not be run (UnknownValueError" in diagnostic.message
