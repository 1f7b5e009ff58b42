"""A plan of an environment that is not there leaves nothing behind, and can be priced."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def sandbox(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox", *words],
        cwd=ROOT,
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def left() -> set[str]:
    kept = {path.name for path in (ROOT / "environments").glob("Pulumi.*")}
    return kept | {path.name for path in (ROOT / ".sandbox").glob("*-plan-*")}


@pytest.mark.engine
def test_a_cloud_environment_is_priced_without_an_account_and_leaves_nothing() -> None:
    before = left()

    done = sandbox("plan", "smb", PULUMI_STACK="another", PULUMI_BACKEND_URL="https://nowhere")

    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert set(document["changeSummary"]) == {"create"}
    said = [one for one in document.get("diagnostics", []) if one["severity"] == "error"]
    assert not said, said
    assert left() == before
    priced = subprocess.run(
        [sys.executable, "-m", "policies.costing", "--json"],
        cwd=ROOT,
        input=done.stdout,
        capture_output=True,
        text=True,
        check=True,
    )
    report = json.loads(priced.stdout)
    assert report["unpriced"] == []
    assert float(report["total"]["floor"]) > 0


def test_an_environment_that_is_wrong_is_refused_before_anything_is_planned(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "environment.yaml").write_text("name: broken\n")

    done = sandbox("plan", "broken", MIZAN_ENVIRONMENTS=str(tmp_path))

    assert (done.returncode, "steps" in done.stdout) == (1, False)
    assert "environment.yaml" in done.stdout + done.stderr


@pytest.mark.parametrize("stack", ["local", "uae-prod.abu-dhabi-dc"])
def test_a_site_on_premises_is_refused_with_what_to_do_instead(stack: str) -> None:
    before = left()

    done = sandbox("plan", stack)

    assert (done.returncode, done.stdout) == (1, "")
    assert f"{stack} stands on a cluster of its own" in done.stderr
    assert f"pulumi stack export --stack {stack}" in done.stderr
    assert "STATE=state.json" in done.stderr
    assert left() == before


def test_a_site_that_the_environment_does_not_have_is_refused_by_name() -> None:
    done = sandbox("plan", "uae-prod.nowhere")

    assert (done.returncode, done.stdout) == (1, "")
    assert "uae-prod has no site 'nowhere'" in done.stderr
    assert "'abu-dhabi-dc'" in done.stderr
