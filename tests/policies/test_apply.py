"""What an update makes was judged before, and is judged again: the real engine on a small program.

A stand-in for the providers pretends to make things; the ARN of what it made is known only then.
"""

import shutil
from pathlib import Path

import pytest

from tests.support.policy_engine import Engine, Preview

PROGRAM = Path(__file__).resolve().parent / "programs" / "without_fault"
INSIDE = "arn:aws:kms:me-central-1:759879836304:key/made"  # of a peer in the boundary
ABROAD = "arn:aws:kms:eu-west-1:123456789012:key/made"
BEFORE = 'serving = closed_namespace("serving")'


ROOT = PROGRAM.parents[3]
RUN_BY_US = ("Makefile", ".github", "sandbox", "benchmarks", "stacks", "tests/run", "docs")


def skipping(root: Path) -> list[str]:
    """Lines that update a stack without a preview; a refresh makes nothing."""
    files = [
        file
        for name in RUN_BY_US
        for file in ([root / name] if (root / name).is_file() else sorted((root / name).rglob("*")))
        if file.suffix in {"", ".py", ".yml", ".yaml", ".md", ".sh"} and file.is_file()
    ]
    return [
        f"{file.relative_to(root)}: {line.strip()}"
        for file in files
        if file.name != "policies.md"  # which says what a skipped preview meets
        for line in file.read_text(encoding="utf-8").splitlines()
        if "skip-preview" in line and '"refresh"' not in line
    ]


def test_nothing_here_skips_a_preview(tmp_path: Path) -> None:
    (tmp_path / "sandbox").mkdir()
    (tmp_path / "sandbox" / "x.py").write_text('run("up", "--skip-preview")', encoding="utf-8")

    assert skipping(ROOT) == []
    assert skipping(tmp_path) == ['sandbox/x.py: run("up", "--skip-preview")']


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    made = Engine(tmp_path_factory.mktemp("engine"))
    made.environment["MIZAN_TEST_ARN"] = INSIDE
    return made


@pytest.fixture
def work(engine: Engine, tmp_path: Path) -> Path:
    """A lawful program, and a stack named as the test's folder that has nothing yet."""
    folder = tmp_path / "program"
    shutil.copytree(PROGRAM, folder)
    engine._run(folder, "stack", "init", stack(folder)).check_returncode()
    return folder


def stack(work: Path) -> str:
    return work.parent.name.replace("_", "-")[:40]


def change(work: Path, old: str, new: str) -> None:
    program = work / "__main__.py"
    text = program.read_text(encoding="utf-8")
    assert old in text
    program.write_text(text.replace(old, new), encoding="utf-8")


def preview(engine: Engine, work: Path) -> None:
    arguments = ("--stack", stack(work), "--policy-pack", str(ROOT / "policies"))
    done = engine._run(work, "preview", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr


def rules(told: Preview) -> set[str]:
    assert {one["enforcementLevel"] for one in told.violations} <= {"mandatory"}
    return {one["policyName"] for one in told.violations}


@pytest.mark.engine
def test_the_first_deployment_passes_where_the_law_is_kept(engine: Engine, work: Path) -> None:
    done = engine.up(work, stack=stack(work))

    assert (done.code, rules(done)) == (0, set()), done.text
    assert "aws:kms/key:Key" in engine.made(work=work, stack=stack(work))


@pytest.mark.engine
def test_skipping_the_preview_is_no_way_round(engine: Engine, work: Path) -> None:
    done = engine.up(work, "--skip-preview", stack=stack(work))

    assert done.code != 0
    assert rules(done) == {"guard-previewed"}, done.text
    assert "an update without a preview of its own" in done.text
    assert engine.made(work=work, stack=stack(work)) == []


@pytest.mark.engine
def test_an_update_makes_what_a_preview_judged_just_before_and_once(
    engine: Engine, work: Path
) -> None:
    preview(engine, work)

    done = engine.up(work, "--skip-preview", stack=stack(work))
    again = engine.up(work, "--skip-preview", stack=stack(work))

    assert done.code == 0, done.text
    assert rules(again) == {"guard-previewed"}


@pytest.mark.engine
def test_what_the_preview_did_not_judge_is_refused(engine: Engine, work: Path) -> None:
    preview(engine, work)
    change(work, BEFORE, 'Resource("aws:s3/bucket:Bucket", "more", options)\n' + BEFORE)

    done = engine.up(work, "--skip-preview", stack=stack(work))

    assert done.code != 0
    assert rules(done) == {"guard-previewed"}, done.text
    assert {one["resourceUrn"].rpartition("::")[2] for one in done.violations} == {"more"}


@pytest.mark.engine
def test_what_was_unknown_at_preview_is_judged_again_before_it_is_made(
    engine: Engine, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engine.environment, "MIZAN_TEST_ARN", ABROAD)

    done = engine.up(work, stack=stack(work))

    assert done.code != 0
    assert "residency-arn-region" in rules(done), done.text
    made = engine.made(work=work, stack=stack(work))
    assert "aws:kms/key:Key" in made
    assert not [type_ for type_ in made if "ServerSideEncryption" in type_]


@pytest.mark.engine
def test_no_config_turns_a_rule_down(engine: Engine, work: Path) -> None:
    config = work / "config.json"
    config.write_text('{"all": "disabled"}', encoding="utf-8")

    done = engine.up(work, "--policy-pack-config", str(config), stack=stack(work))

    assert done.code != 0
    assert "does not support config" in done.text
    assert engine.made(work=work, stack=stack(work)) == []
