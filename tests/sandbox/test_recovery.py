"""What a killed run had begun is settled, whatever it was."""

import copy
from pathlib import Path

import pytest

from sandbox import deployment, recovery
from sandbox.progress import Step, Steps

NAMESPACE = {
    "urn": "urn::namespace", "type": "kubernetes:core/v1:Namespace", "custom": True,
    "inputs": {"metadata": {"name": "data", "annotations": {"pulumi.com/autonamed": "true"}}},
}  # fmt: skip
BUCKET = {
    "urn": "urn::bucket", "type": "aws:s3/bucket:Bucket", "custom": True, "inputs": {"bucket": "b"},
}  # fmt: skip


class Backend:
    """A stack whose refresh takes away what is not among the `real` ids."""

    def __init__(self, resources: list, pending: list, real: set[str]) -> None:
        self.state = {"deployment": {"resources": resources, "pending_operations": pending}}
        self.real = real
        self.refreshed: list[list[str]] = []

    def exported(self, stack: object) -> dict:
        return copy.deepcopy(self.state)

    def imported(self, stack: object, state: dict) -> None:
        self.state = copy.deepcopy(state)

    def operate(self, words: list[str], *rest: object) -> None:
        self.refreshed.append(words)
        resources = self.state["deployment"]["resources"]
        self.state["deployment"]["resources"] = [
            one for one in resources if one["urn"] not in words or one["id"] in self.real
        ]

    def ids(self, urn: str) -> list[str]:
        return [one["id"] for one in self.state["deployment"]["resources"] if one["urn"] == urn]


@pytest.fixture
def settled(monkeypatch):
    def run(backend: Backend, *seekers: recovery.Seeker) -> recovery.Recovered:
        for name in ("exported", "imported", "operate"):
            monkeypatch.setattr(deployment, name, getattr(backend, name))
        stack = deployment.Stack(name="s", variables={})
        return recovery.recover(stack, Step(Steps(), "test"), Path("log"), seekers)

    return run


def creating(resource: dict) -> dict:
    return {"type": "creating", "resource": resource}


def test_without_an_interruption_nothing_is_done(settled):
    backend = Backend([], [], set())
    assert settled(backend).begun == []
    assert backend.refreshed == []


def test_an_object_that_came_into_being_is_adopted_by_its_name(settled):
    backend = Backend([], [creating(NAMESPACE)], {"data"})
    assert settled(backend).adopted == ["urn::namespace"]
    assert backend.ids("urn::namespace") == ["data"]


def test_an_object_that_the_program_names_is_left_to_the_next_run_which_waits_for_it(settled):
    named = {**NAMESPACE, "inputs": {"metadata": {"name": "data"}}}
    backend = Backend([], [creating(named)], {"data"})
    assert settled(backend).adopted == []
    assert backend.state["deployment"] == {"resources": []}


def test_what_did_not_come_into_being_is_forgotten(settled):
    backend = Backend([], [creating(NAMESPACE)], set())
    assert settled(backend).absent == ["urn::namespace"]
    assert backend.state["deployment"]["resources"] == []
    assert "pending_operations" not in backend.state["deployment"]


def test_ids_that_may_be_its_own_are_tried_one_after_the_other(settled):
    backend = Backend([], [creating(BUCKET)], {"second"})
    done = settled(backend, lambda resource: ["first", "second", "third"])
    assert done.adopted == ["urn::bucket"]
    assert backend.ids("urn::bucket") == ["second"]


def test_a_replacement_is_adopted_and_what_it_replaces_is_to_be_deleted(settled):
    old = {**BUCKET, "id": "old", "outputs": {}}
    backend = Backend([old], [creating(BUCKET)], {"old", "new"})
    settled(backend, lambda resource: ["old", "new"])
    marks = {one["id"]: one.get("delete") for one in backend.state["deployment"]["resources"]}
    assert marks == {"old": True, "new": None}


def test_other_operations_are_left_to_the_next_run(settled):
    known = {**BUCKET, "id": "b", "outputs": {}}
    pending = [{"type": kind, "resource": known} for kind in ("updating", "deleting", "reading")]
    backend = Backend([known], pending, {"b"})
    assert len(settled(backend).begun) == 3
    assert backend.ids("urn::bucket") == ["b"]
    assert backend.refreshed == []
