"""A rehearsal of the loss differs from the environment in sizes only."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from environments import OnPremises, folder, load, stacks
from sandbox.loss import sizes

BANKS = [name.partition(".")[0] for name in stacks() if "." in name]


def facts(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((folder() / name / "environment.yaml").read_text())
    return found


def leaves(document: Mapping[str, Any], path: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in document.items():
        here = f"{path}.{key}"
        found |= leaves(value, here) if isinstance(value, Mapping) else {here: json.dumps(value)}
    return found


@pytest.mark.parametrize("name", BANKS)
def test_only_sizes_and_the_pace_differ_and_the_model_takes_them(name: str, tmp_path: Any) -> None:
    lowered = sizes.lowered(facts(name))
    (tmp_path / name).mkdir()
    (tmp_path / name / "environment.yaml").write_text(yaml.safe_dump(lowered))

    before, after = leaves(facts(name)), leaves(lowered)
    changed = {path for path in after if before.get(path) != after[path]}
    small = ("profile", "size_gib", "copy_minutes", "months", "epochs", "replicas")
    left_out = {".sites.recovery.takeover.streaming"}
    assert changed
    assert all(any(word in path for word in small) for path in changed - left_out), changed
    assert load(name, tmp_path).name == name


@pytest.mark.parametrize("name", BANKS)
def test_a_takeover_makes_room_for_one_more_pod(name: str, tmp_path: Any) -> None:
    (tmp_path / name).mkdir()
    lowered = sizes.lowered(facts(name))
    (tmp_path / name / "environment.yaml").write_text(yaml.safe_dump(sizes.raised(lowered)))

    site = load(name, tmp_path).sites.recovery
    assert isinstance(site, OnPremises)
    assert site.takeover is not None
    assert site.takeover.workloads.serving.replicas_min == 2


def test_nothing_of_what_was_given_is_changed_itself() -> None:
    given = {"a": {"b": 1}, "c": [1]}

    assert sizes.merged(given, {"a": {"d": 2}, "c": [2]}) == {"a": {"b": 1, "d": 2}, "c": [2]}
    assert given == {"a": {"b": 1}, "c": [1]}
