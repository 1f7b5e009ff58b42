"""The workflows for users hold little power, and their scripts do what they say."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import yaml

from environments import CloudRegion, load, names

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
Document: TypeAlias = dict[Any, Any]
Check: TypeAlias = Callable[[str, Document], Iterator[str]]

# What a job may write, and what it must then not do: run what the pull request brings.
WRITES = {"id-token": "preview", "pull-requests": "comment"}
FOREIGN_CODE = {"pull_request_target", "workflow_run", "issue_comment"}
SPOKEN_BY_ANYBODY = re.compile(
    r"\$\{\{[^}]*(github\.event\.|github\.head_ref|github\.ref|matrix\.|vars\.|needs\.)"
)


def steps(document: Document) -> Iterator[tuple[str, Document]]:
    for name, job in document["jobs"].items():
        for one in job["steps"]:
            yield name, one


def every_action_is_pinned(text: str, _: Document) -> Iterator[str]:
    for line in text.splitlines():
        if "uses:" in line and not re.search(
            r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line
        ):
            yield line.strip()


def permissions_are_least(_: str, document: Document) -> Iterator[str]:
    if document.get("permissions") != {}:
        yield "the workflow's own permissions are not empty"
    for name, job in document["jobs"].items():
        if not isinstance(job.get("permissions"), dict):
            yield f"{name} has no permissions of its own"
            continue
        for scope, level in job["permissions"].items():
            if level != "read" and WRITES.get(scope) != name:
                yield f"{name} may {level} {scope}"


def no_foreign_code_has_power(text: str, document: Document) -> Iterator[str]:
    yield from FOREIGN_CODE & set(document[True])  # YAML reads `on` as true
    if re.search(r"\bsecrets\s*[.\[]", text) or "secrets: inherit" in text:
        yield "secrets are used"
    for name, job in document["jobs"].items():
        writes = "write" in (job.get("permissions") or {}).values()
        runs = any("checkout" in one.get("uses", "") for one in job["steps"])
        guarded = "head.repo.full_name == github.repository" in job.get("if", "")
        if writes and runs and not guarded:
            yield f"{name} runs what a fork brings, with power"


def scripts_take_values_from_their_environment(_: str, document: Document) -> Iterator[str]:
    for name, one in steps(document):
        if SPOKEN_BY_ANYBODY.search(one.get("run", "")):
            yield f"{name}: {one.get('name')} pastes a value into its script"


def nothing_is_left_behind(_: str, document: Document) -> Iterator[str]:
    if document.get("defaults", {}).get("run", {}).get("shell") != "bash":
        yield "scripts run without pipefail"
    for name, one in steps(document):
        keeps = one.get("with", {}).get("persist-credentials", True)
        if "checkout" in one.get("uses", "") and keeps is not False:
            yield f"{name} leaves the token in the checkout"
    for name, job in document["jobs"].items():
        if not 0 < job.get("timeout-minutes", 0) <= 60:
            yield f"{name} may run for ever"


CHECKS: dict[Check, list[str]] = {
    every_action_is_pinned: [
        "jobs: {a: {steps: [\n  {uses: actions/checkout@v4}\n]}}",
        f"jobs: {{a: {{steps: [\n  {{uses: actions/checkout@{'a' * 40}}}\n]}}}}",
    ],
    permissions_are_least: [
        "jobs: {a: {permissions: {}, steps: []}}",
        "permissions: {}\njobs: {a: {steps: []}}",
        "permissions: {}\njobs: {a: {permissions: write-all, steps: []}}",
        "permissions: {}\njobs: {a: {permissions: {contents: write}, steps: []}}",
        "permissions: {}\njobs: {preview: {permissions: {pull-requests: write}, steps: []}}",
    ],
    no_foreign_code_has_power: [
        "on: {pull_request_target: }\njobs: {}",
        "on: {push: }\njobs: {a: {env: {KEY: '${{ secrets.KEY }}'}, steps: []}}",
        """on: {pull_request: }
jobs: {preview: {permissions: {id-token: write}, steps: [{uses: actions/checkout@x}]}}""",
    ],
    scripts_take_values_from_their_environment: [
        "jobs: {a: {steps: [{run: 'echo ${{ github.event.pull_request.title }}'}]}}",
        "jobs: {a: {steps: [{run: 'echo ${{ matrix.environment }}'}]}}",
    ],
    nothing_is_left_behind: [
        "jobs: {a: {timeout-minutes: 5, steps: []}}",
        "defaults: {run: {shell: bash}}\njobs: {a: {steps: []}}",
        """defaults: {run: {shell: bash}}
jobs: {a: {timeout-minutes: 5, steps: [{uses: actions/checkout@x}]}}""",
    ],
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_workflow_holds_little_power(path: Path, check: Check) -> None:
    text = path.read_text()

    assert not list(check(text, yaml.safe_load(text)))


@pytest.mark.parametrize(
    ("check", "sample"), [(check, one) for check, samples in CHECKS.items() for one in samples]
)
def test_breaking_it_is_seen(check: Check, sample: str) -> None:
    assert list(check(sample, yaml.safe_load(sample)))


def script(job: str, step: str) -> str:
    document = yaml.safe_load((FOLDER / "preview.yml").read_text())
    (found,) = [one["run"] for one in document["jobs"][job]["steps"] if one.get("name") == step]
    return str(found)


def run(text: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """As a runner does: bash, which stops at the first failure, also of a pipe."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text],
        cwd=folder,
        env={
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "RUNNER_TEMP": str(folder),
            "PYTHONPATH": str(ROOT),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def program(folder: Path, name: str, text: str) -> Path:
    path = folder / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/bash\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / ".sandbox" / "base").mkdir(parents=True)
    return tmp_path


def test_the_matrix_is_every_environment_in_a_cloud(checkout: Path) -> None:
    output = checkout / "output"

    done = run(
        script("environments", "List the environments in a cloud"),
        checkout,
        GITHUB_OUTPUT=str(output),
    )

    assert done.returncode == 0, done.stderr
    key, _, value = output.read_text().partition("=")
    assert key == "matrix"
    listed = {row["environment"] for row in json.loads(value)["include"]}
    assert listed == {name for name in names() if isinstance(load(name).sites.primary, CloudRegion)}
    assert listed


REFUSED = """\
Policies:
    ❌ mizan@v0.1.0 (local: policies)
        - [mandatory] [severity: high]  cost-monthly-budget  (aws:budgets:Budget: all)
          a floor of 553.32 USD
        - [mandatory] [severity: critical]  residency-arn-region  (aws:backup:Plan: secret-name)
        - [mandatory] [severity: critical]  residency-arn-region  (aws:backup:Plan: other-name)
error: resource "urn:x" cannot be deleted
because it is protected. To unprotect the resource, remove the `protect` flag
"""


def test_a_refusal_fails_the_job_and_tells_rules_but_no_names(checkout: Path) -> None:
    program(checkout, "pulumi", f"cat <<'END'\n{REFUSED}END\nexit 255")

    done = run(script("preview", "Preview with the policy pack"), checkout, ENVIRONMENT="x")

    assert done.returncode == 255
    assert re.findall(r"^ *(\d+) ([\w-]+) \((\w+)\)$", done.stdout, re.MULTILINE) == [
        ("1", "cost-monthly-budget", "high"),
        ("2", "residency-arn-region", "critical"),
    ]
    assert "protected resources that the plan takes away: 1" in done.stdout
    assert "name" not in done.stdout


def test_a_plan_that_passes_is_passed_with_the_pack(checkout: Path) -> None:
    program(checkout, "pulumi", f'echo "$@" > "{checkout}/asked"; echo "  1 to create secret-name"')

    done = run(script("preview", "Preview with the policy pack"), checkout, ENVIRONMENT="x")

    assert (done.returncode, done.stdout) == (
        0,
        "protected resources that the plan takes away: 0\n",
    )
    assert "preview --stack x --policy-pack policies" in (checkout / "asked").read_text()


def plan_of(kind: str) -> str:
    urn = f"urn:pulumi:x::mizan::{kind}::one"
    state = {"urn": urn, "type": kind, "custom": True, "inputs": {}}
    return json.dumps({"steps": [{"op": "create", "urn": urn, "newState": state}]})


@pytest.mark.parametrize("base", ["a plan", "no plan"])
def test_the_comment_tells_the_verdict_and_what_the_change_costs(checkout: Path, base: str) -> None:
    (checkout / "refused.txt").write_text("  1 cost-monthly-budget (high)\n")
    before = plan_of("aws:kms/key:Key") if base == "a plan" else ""
    after = plan_of("aws:eks/cluster:Cluster")
    program(
        checkout,
        "pulumi",
        f"case $PWD in */base) echo '{before}';; *) echo '{after}';; esac",
    )

    done = run(script("preview", "What it costs"), checkout, ENVIRONMENT="small", VERDICT="failure")

    assert done.returncode == 0, done.stderr
    told = (checkout / "cost.md").read_text()
    assert told.startswith("### small\n**Refused**, by rule and how often:\n```\n  1 cost-monthly")
    if base == "a plan":
        assert "| **total** | 73.00 | +71.97 | 73.00 | +69.00 |" in told
    else:
        assert re.search(r"^    total +73.00 +73.00$", told, re.MULTILINE)


def test_programs_of_the_runner_are_those_that_were_reviewed(checkout: Path) -> None:
    wanted = (
        "pulumi",
        "pulumi-language-python",
        "pulumi-resource-aws",
        "pulumi-resource-kubernetes",
    )
    paths = [program(checkout, name, f"# {name}") for name in wanted]
    sums = subprocess.run(
        ["sha256sum", *wanted], cwd=paths[0].parent, capture_output=True, text=True, check=True
    ).stdout
    check = script("preview", "Check the programs of this runner")

    assert run(check, checkout, PROGRAMS=sums).returncode == 0
    assert run(check, checkout, PROGRAMS="").returncode != 0
    paths[2].write_text("#!/bin/bash\n# another\n")
    assert run(check, checkout, PROGRAMS=sums).returncode != 0
    paths[2].unlink()
    missing = run(check, checkout, PROGRAMS=sums)
    if shutil.which("pulumi-resource-aws") is None:
        assert "pulumi-resource-aws is not on this runner" in missing.stdout
