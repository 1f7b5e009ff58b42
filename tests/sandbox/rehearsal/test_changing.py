"""Changes that a rehearsal tries: where they are made, and what may come of them."""

import pytest

from environments import load, names
from environments.document import read as read_document
from environments.loader import folder
from sandbox.deployment import Operation
from sandbox.faults import SandboxError
from sandbox.rehearsal import changing
from sandbox.rehearsal.changing import Change

FACTS = {
    "cost_centre": "A",
    "node_pools": [{"purpose": "data", "max_nodes": 1}, {"purpose": "serve", "max_nodes": 2}],
    "streaming": {"brokers": 3},
}


def change(at, where=(), **action) -> Change:
    return Change(what="x", at=at, where=where, action=next(iter(action.items())))


def test_a_value_is_replaced_and_the_original_stays():
    assert change(["cost_centre"], value="B").of(FACTS)["cost_centre"] == "B"
    assert FACTS["cost_centre"] == "A"


def test_a_number_is_added_in_the_item_that_matches():
    changed = change(["node_pools", {"purpose": "serve"}, "max_nodes"], add=2).of(FACTS)
    assert [pool["max_nodes"] for pool in changed["node_pools"]] == [1, 4]


def test_a_section_is_taken_away():
    wanted = change(["streaming"], remove=True, where=["streaming", "brokers"])
    assert "streaming" not in wanted.of(FACTS)
    assert "streaming" not in change(["streaming"], remove=True).of(FACTS)


@pytest.mark.parametrize(
    "nowhere",
    [
        change(["node_pools", {"purpose": "none"}, "max_nodes"], add=1),
        change(["batch", "max_executors"], add=1),
        change(["batch"], remove=True),
        change(["cost_centre"], value="A"),
        change(["streaming"], remove=True, where=["streaming", "family"]),
    ],
)
def test_a_change_without_a_place_or_an_effect_is_left_out(nowhere):
    assert nowhere.of(FACTS) is None


def test_only_what_a_change_may_replace_is_replaced():
    tried = Change(what="x", at=["a"], action=("value", 1), replaces=["aws:eks/*"])
    done = [
        Operation("update", "aws:s3/bucket:Bucket", "urn::bucket"),
        Operation("replace", "aws:eks/nodeGroup:NodeGroup", "urn::group"),
        Operation("delete-replaced", "aws:kms/key:Key", "urn::key"),
    ]
    assert tried.faults(done) == ["delete-replaced of key (aws:kms/key:Key)"]


def test_an_entry_that_is_no_change_is_refused_by_name(tmp_path):
    path = tmp_path / "changes.yaml"
    path.write_text("- {what: x, at: [a], value: 1, add: 2}\n")
    with pytest.raises(SandboxError, match="is no change"):
        changing.read(path)


@pytest.mark.parametrize("name", [name for name in names() if name != "local"])
def test_every_change_of_a_cloud_environment_is_a_valid_environment(name, tmp_path):
    facts = read_document(folder() / name / changing.FILE).data
    tried = [made for one in changing.read() if (made := one.of(facts)) is not None]
    assert len(tried) >= 4
    for made in tried:
        changing.write(tmp_path, name, made)
        assert load(name, tmp_path).name == name


def test_changes_are_made_together_and_refusals_apart() -> None:
    facts = {"network": {"cidr": "10.0.0.0/16"}, "node_pools": [{"name": "a", "max_nodes": 1}]}
    grow = changing.Change(
        what="grow", at=["node_pools", {"name": "a"}, "max_nodes"], action=("add", 2)
    )
    elsewhere = changing.Change(what="stream", at=["streaming", "brokers"], action=("add", 1))
    refused = changing.Change(what="end", at=["network"], action=("remove", True), refused="no")

    joint, apart = changing.together([grow, refused, elsewhere])

    assert joint.of(facts) == {**facts, "node_pools": [{"name": "a", "max_nodes": 3}]}
    assert apart is refused
