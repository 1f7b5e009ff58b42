"""The loss of site one: both sites stand, the first is killed, the second answers for it."""

import json
import os

import pytest

from environments import stacks
from sandbox.loss.lose import lose
from sandbox.rehearsal.place import Place
from tests.rehearsal.topics import Topics

pytestmark = pytest.mark.acceptance

NAMES = [name.partition(".")[0] for name in stacks() if "." in name]


@pytest.fixture(autouse=True)
def _own_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's own account, clusters and stacks are forgotten, and found again afterwards."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "KUBE", "PULUMI_", "MIZAN_A", "MIZAN_I")):
            monkeypatch.delenv(name)


@pytest.mark.parametrize("name", NAMES)
def test_site_two_serves_what_site_one_released_and_holds_what_it_wrote(name, tmp_path):
    lose(name, [Topics(tmp_path)])

    place = Place(name, "loss")
    report = json.loads(place.report.read_text())
    objects = report["objects"]
    assert report["held"]
    assert report["faults"] == []
    assert objects["digest_one"] == objects["digest_two"]
    assert objects["compared"] > 100
    assert 0 <= objects["rpo_seconds"] <= objects["rpo_bound_seconds"]
    topics = report["witnessed"]["topics"]
    assert topics["digest_one"] == topics["digest_two"]
    assert topics["held"] > 100
    assert topics["lost"] + topics["held"] >= topics["acknowledged"]
    assert topics["read_by_the_group_at_site_two"]
    assert set(report["answers"]) == set(report["release"]["versions"])
    assert set(report["rto_seconds"]) == {
        "first answer of the site, as it stood",
        "serving, with room for everybody",
        "data, all of it read and compared",
    }
    assert any("moto" in one for one in report["stand_ins"])
    assert len(report["resources"]) == 2
    site = next(stack for stack in stacks() if stack.startswith(f"{name}.")).partition(".")[2]
    assert not (place.root / site).exists()
