"""No store is left out of the evidence: what no row describes is told as such."""

import pytest

from policies.aws.world import WORLD
from policies.evidence import page, tables
from policies.evidence.undescribed import keeps
from policies.judging import Declared
from tests.policies.evidence.conftest import evidence_of
from tests.policies.evidence.test_report import build
from tests.support import pages
from tests.support.plan_documents import state, urn

MEMORY = "aws:memorydb/cluster:Cluster"
CLAIM = "kubernetes:core/v1:PersistentVolume"


def told(*states):
    return build(*states)["unjudged"]["undescribed"]


def test_every_store_of_every_environment_is_described(evidence):
    assert evidence["unjudged"]["undescribed"] == []


@pytest.mark.parametrize("stack", ["uae-prod", "smb"])
def test_what_an_environment_keeps_is_in_its_inventory(stack):
    found = evidence_of(stack)
    kept = {one["type"] for one in found["resources"] if keeps(_resource(one["type"]))}
    parts = {part for store in tables.stores().values() for part in store.parts}

    assert len(kept) > 5
    assert kept - {one["type"] for one in found["stores"]} <= parts | {
        "kubernetes:apps/v1:StatefulSet"  # one without volumes keeps nothing
    }


def test_a_store_without_a_row_is_told_and_shown():
    found = build(state(MEMORY, "sessions", {}))

    (one,) = found["unjudged"]["undescribed"]
    assert (one["type"], one["resources"]) == (MEMORY, [urn(MEMORY, "sessions")])
    assert one["says"] == WORLD[MEMORY].why
    shown = pages.read(page.render(found, "00ff"))
    (row,) = [row for row in shown.rows if row.get("data-undescribed") == MEMORY]
    assert "sessions" in row["text"]
    assert "#undescribed" in shown.links


@pytest.mark.parametrize(
    ("type_", "inputs"),
    [
        (CLAIM, {}),
        ("kubernetes:core/v1:PersistentVolumeClaimPatch", {}),
        (
            "kubernetes:core/v1:PersistentVolumeClaimList",
            {"items": [{"kind": "PersistentVolumeClaim", "apiVersion": "v1"}]},
        ),
    ],
)
def test_a_kind_that_stores_is_told_under_whatever_type(type_, inputs):
    assert [one["type"] for one in told(state(type_, "v", inputs))] == [type_]


def test_what_keeps_nothing_is_not_told():
    assert told(state("aws:iam/role:Role", "r", {}), state("mizan:components:Box", "b", {})) == []


def test_each_row_is_of_a_type_that_the_provider_has():
    rows = tables.stores()
    unknown = [type_ for type_ in rows if type_.startswith("aws:") and type_ not in WORLD]

    assert unknown == []


def _resource(type_):
    return Declared(type=type_, urn=urn(type_, "x"), name="x", props={})
