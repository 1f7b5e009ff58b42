"""The whole rehearsal, on a small estate of its own."""

import json

import pytest

from sandbox.faults import SandboxError
from sandbox.rehearsal.place import Place
from sandbox.rehearsal.rehearse import rehearse
from tests.rehearsal.conftest import FIXTURE, NAME


@pytest.mark.acceptance
def test_an_estate_is_brought_up_changed_and_taken_down_and_only_what_is_retained_stays(
    environments,
):
    rehearse(NAME, FIXTURE / "project")
    report = json.loads(Place(NAME).report.read_text())
    assert report["held"]
    assert report["faults"] == []
    assert report["repeated"] == {}
    assert report["retained"] == ["key", "audit"]
    assert all(found["checked"] for found in report["verification"].values())
    assert len(report["tried"]) >= 5
    assert any("moto" in one for one in report["stand_ins"])


def test_an_environment_on_premises_is_refused_with_what_to_do(monkeypatch):
    monkeypatch.delenv("MIZAN_ENVIRONMENTS", raising=False)
    with pytest.raises(SandboxError, match="make up ENV=local"):
        rehearse("local")
