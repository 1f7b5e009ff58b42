"""What pods are told is what the programs in them read."""

import json
from pathlib import Path

import pytest

from policies.layers.artefacts import FOLDER
from policies.layers.pod_settings import HOSTS
from tests.support.engine import ROOT

PROGRAMS = sorted((ROOT / "workloads").glob("*/app/hosts.py"))


def test_every_workload_holds_its_client_to_the_same_hosts() -> None:
    """Each image is built by itself, so each has the module; none may lag behind."""
    assert {path.parent.parent.name for path in PROGRAMS} == {
        path.parent.parent.name for path in (ROOT / "workloads").glob("*/app/failure.py")
    }
    assert len({path.read_text(encoding="utf-8") for path in PROGRAMS}) == 1


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in (ROOT / "workloads").glob("*/app/*.py")
        if "boto3.client(" in path.read_text()
    ],
    ids=lambda path: path.parent.parent.name,
)
def test_no_client_is_made_that_is_not_held(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("boto3.client(") == text.count("hosts.hold(\n            boto3.client(")


def test_the_variable_has_the_name_that_programs_read() -> None:
    told = json.loads((FOLDER / "pods" / "settings.json").read_text(encoding="utf-8"))
    assert f'VARIABLE = "{HOSTS}"' in PROGRAMS[0].read_text(encoding="utf-8")
    assert not [name for name in told[HOSTS].split(",") if name in {"*", "", "*."}]
