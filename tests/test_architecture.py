"""The laws of the house, held against the whole repository and against trees that break them.

A law holds if the repository has no offence, and it can fail: each of its samples, a few files
that break it, must give the offence that it names.
"""

from pathlib import Path

import pytest

from tests.support import laws
from tests.support.laws import PROGRAM_ROOMS, Law, Tree

ROOT = Path(__file__).resolve().parent.parent

COMPONENT = """\
import pulumi
class Box(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("mizan:components:Box", name)
        {0}
        {1}
"""
ENVIRONMENT = {"environments/uae-prod/environment.yaml": "name: uae-prod\n"}

# For each law: trees that break it, and what it must say of them.
SAMPLES: dict[Law, list[tuple[dict[str, str], str]]] = {
    laws.imports_form_a_star: [
        ({"components/a.py": "from environments import load"}, "components imports environments"),
        ({"environments/a.py": "import stacks.ml"}, "environments imports stacks.ml"),
        ({"policies/a.py": "import environments"}, "policies imports environments"),
        ({"workloads/a/workload.py": "import components.x"}, "workloads imports components.x"),
        ({"stacks/a.py": "from policies import x"}, "stacks imports policies"),
        ({"stacks/a.py": "import sandbox.up"}, "stacks imports sandbox.up"),
        ({"sandbox/a.py": "import components"}, "sandbox imports components"),
        ({"stacks/a.py": "from tests import x"}, "stacks imports tests"),
        ({"stacks/a.py": "from . import ml"}, "imports . relatively"),
        ({"stacks/a.py": "import_module('sandbox')"}, "stacks imports sandbox"),
    ],
    laws.rooms_use_their_own_libraries: [
        ({"components/a.py": "import boto3"}, "components imports the library boto3"),
        ({"environments/a.py": "import pulumi"}, "environments imports the library pulumi"),
        ({"components/a.py": "import pydantic"}, "components imports the library pydantic"),
    ],
    laws.app_is_apart: [
        ({"workloads/a/app/x.py": "import pulumi"}, "code of a container imports pulumi"),
        ({"components/a/app/x.py": "import components"}, "imports components"),
        ({"workloads/a/app/x.py": "import pulumi_kubernetes"}, "imports pulumi_kubernetes"),
        ({"stacks/a.py": "from workloads.a.app import x"}, "code of a container"),
        ({"workloads/a/workload.py": "from app import x"}, "imports app"),
    ],
    laws.configuration_is_read_in_stacks: [
        ({"components/a.py": "import pulumi\npulumi.Config()"}, ":2: uses pulumi.Config"),
        ({"workloads/a.py": "from pulumi import Config"}, "imports pulumi.Config"),
    ],
    laws.one_policy_pack: [
        ({"policies/a.py": "PolicyPack('x', [])"}, "constructs a PolicyPack"),
        ({"stacks/a.py": "pulumi_policy.PolicyPack('x', [])"}, "constructs a PolicyPack"),
    ],
    laws.components_register_outputs_last: [
        ({"components/a.py": COMPONENT.format("pass", "self.url = 1")}, "Box does not register"),
        (
            {"components/a.py": COMPONENT.format("self.register_outputs({})", "self.url = 1")},
            "Box does not register",
        ),
        (
            {"components/a.py": COMPONENT.format(*["self.register_outputs({})"] * 2)},
            "Box does not register",
        ),
    ],
    laws.no_environment_is_named_in_code: [
        ({**ENVIRONMENT, "stacks/a.py": "if x == 'uae-prod': pass"}, "names the environment"),
        ({**ENVIRONMENT, "sandbox/a.py": "x = 'stack uae-prod'"}, "names the environment"),
        ({**ENVIRONMENT, "sandbox/a.py": "x = 'Pulumi.uae-prod.yaml'"}, "names the environment"),
    ],
    laws.no_standard_name_is_shadowed: [
        ({"stacks/platform.py": ""}, "the standard module platform"),
        ({"policies/secrets.py": ""}, "the standard module secrets"),
        ({"policies/types/a.py": ""}, "the standard module types"),
    ],
    laws.names_say_what_is_inside: [
        ({"components/utils.py": ""}, "utils says nothing"),
        ({"stacks/common/a.py": ""}, "common says nothing"),
        ({"components/objectStore.py": ""}, "is not in snake_case"),
    ],
    laws.components_are_called_by_their_noun: [
        ({"components/a.py": "class BoxComponent: pass"}, "BoxComponent has a suffix"),
    ],
    laws.every_test_runs: [
        ({"tests/stacks/database.py": "def test_x(): pass"}, "holds tests that nobody collects"),
        ({"tests/stacks/database.py": "class TestX: pass"}, "holds tests that nobody collects"),
    ],
    laws.every_ignore_has_a_reason: [
        ({"stacks/a.py": "x = 1  # noqa"}, "gives no code or no reason"),
        ({"stacks/a.py": "x = 1  # noqa: S105"}, "gives no code or no reason"),
        ({"pyproject.toml": '[tool.ruff.lint]\nignore = ["ANN401"]'}, "ANN401 is ignored"),
        (
            {"pyproject.toml": '[tool.ruff.lint.per-file-ignores]\n"x" = [\n  "D",\n]'},
            "D is ignored",
        ),
    ],
    laws.nothing_names_one_machine: [
        ({"README.md": "see /home/someone/mizan"}, "a path of one machine, /home/someone/mizan"),
        ({"sandbox/a.py": 'X = "/root/.cache/mizan/bin"'}, "/root/.cache/mizan/bin"),
    ],
    laws.locks_hold_no_address: [
        ({"locks/a.txt": "--index-url https://mirror\n"}, "the address of a registry"),
        ({"workloads/a/requirements.txt": "x @ https://y/x.whl\n"}, "the address of a registry"),
        ({"locks/a.txt": "x==1\n"}, "by version and hash"),
        ({"locks/a.txt": "x>=1 --hash=sha256:0\n"}, "by version and hash"),
    ],
    laws.nothing_turns_protection_off: [
        ({"environments/a.py": "class A:\n  encrypted: bool = True"}, "A.encrypted can turn"),
        ({"components/a.py": "class A:\n  tls: bool | None = None"}, "A.tls can turn"),
        ({"components/a.py": "class A:\n  signing: Literal['on', 'off']"}, "A.signing can turn"),
        ({"workloads/a.py": "class A:\n  skip_checks: int = 0"}, "A.skip_checks can turn"),
        ({"components/a.py": "class A:\n  default_deny: bool"}, "A.default_deny can turn"),
    ],
    laws.every_rule_has_fixtures: [
        ({"policies/access/some_rule.py": "policy = rule()"}, "access-some-rule has no good"),
        (
            {
                "policies/access/some_rule.py": "policy = rule()",
                "tests/policies/fixtures/access-some-rule/good.yaml": "[]",
            },
            "access-some-rule has no bad",
        ),
    ],
    laws.the_program_is_a_table_of_contents: [
        ({"stacks/__main__.py": "x = 1\n" * 21}, "21 lines, more than 20"),
    ],
    laws.an_environments_folder_bears_its_name: [
        ({"environments/a/environment.yaml": "name: b\n"}, "is not called a"),
    ],
}


@pytest.mark.parametrize("law", SAMPLES, ids=lambda law: law.__name__)
def test_the_repository_keeps(law: Law) -> None:
    assert not list(law(Tree(ROOT)))


@pytest.mark.parametrize(
    ("law", "files", "offence"),
    [(law, files, offence) for law, samples in SAMPLES.items() for files, offence in samples],
)
def test_breaking_it_is_seen(law: Law, files: dict[str, str], offence: str, tmp_path: Path) -> None:
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    assert [found for found in law(Tree(tmp_path)) if offence in found]


def test_every_law_has_a_sample() -> None:
    found = {
        value
        for name, value in vars(laws).items()
        if getattr(value, "__annotations__", {}).get("tree") is Tree and not name.startswith("_")
    }
    assert found == set(SAMPLES)


def test_something_is_judged() -> None:
    judged = {path.parts[0] for path, _ in Tree(ROOT).python()}
    assert set(PROGRAM_ROOMS) <= judged
