"""Each input of AWS that may say where something is has a kind, under whichever name."""

from pathlib import Path

import pytest
import yaml

from policies.aws import fields, places, sdk, world
from policies.aws.world import WORLD

TYPES = sdk.inputs()
USABLE = sorted(
    (token, path)
    for token, (paths, _) in world.baseline().items()
    for path in paths
    if not WORLD[token].refused
)


def undecided(inputs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(token, path) for token, path in inputs if places.kind(token, path) is None]


def test_every_region_like_input_is_decided() -> None:
    assert len(USABLE) > 1300
    assert undecided(USABLE) == []


@pytest.mark.parametrize("path", ["standbyZone", "outpostRack", "newHome.location2", "fooLocale"])
def test_a_new_region_like_input_is_undecided(path: str) -> None:
    assert sdk.region_like(path.rpartition(".")[2])
    assert undecided([("aws:sqs/queue:Queue", path)])


def test_the_table_names_inputs_that_exist() -> None:
    names = {
        path.rpartition(".")[2].removesuffix("[]") for paths in TYPES.values() for path in paths
    }

    assert set(fields.KEYS) - names == set()
    for token, paths in fields.PATHS.items():
        assert set(paths) - set(TYPES[token]) == set(), token


def test_no_name_is_of_two_kinds() -> None:
    table = fields.Table.model_validate(yaml.safe_load(fields.PATH.read_text("utf-8")))
    names = [name for inputs in table.root.values() for name in inputs.keys.split()]

    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("region", "begins"),
    [("me-central-1", "mec1"), ("us-east-1", "use1"), ("ap-southeast-2", "apse2")],
)
def test_zone_ids_begin_with_the_short_name(region: str, begins: str) -> None:
    assert places.short(region) == begins


@pytest.mark.parametrize(
    "text",
    ["us-east-1", "eu-west-1b", "us-gov-west-1", "use1-az1", "us-west-2-lax-1a", "cn-north-1"],
)
def test_a_place_elsewhere_is_told(text: str) -> None:
    assert places.foreign_place(text)


@pytest.mark.parametrize(
    "text", ["me-central-1", "me-central-1a", "mec1-az1", "db-east-1", "us-east-1-backups", "", "a"]
)
def test_what_is_no_place_elsewhere_is_not(text: str) -> None:
    assert not places.foreign_place(text)


def test_a_faulty_table_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "fields.yaml"
    path.write_text("continent: {why: x, keys: y}", encoding="utf-8")

    with pytest.raises(fields.FieldsError, match=r"fields\.yaml: the table of inputs is faulty"):
        fields.load(path)
