"""The boundary is read whole or not at all."""

import re
from pathlib import Path

import pytest
import yaml

from policies.boundary import BOUNDARY, PATH, BoundaryError, load


def changed(tmp_path: Path, **changes: object) -> Path:
    document = yaml.safe_load(PATH.read_text(encoding="utf-8")) | changes
    path = tmp_path / "boundary.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


def test_the_boundary_of_the_pack() -> None:
    assert BOUNDARY.jurisdiction == "AE"
    assert BOUNDARY.region_names == {"me-central-1"}
    assert BOUNDARY.endpoint_hosts == frozenset()
    assert {site.kind for site in BOUNDARY.sites} == {"cloud-region", "on-premises"}


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("registry.artifacts.svc.cluster.local:5000", True),
        ("registry.artifacts.svc.cluster.local", False),
        ("123456789012.dkr.ecr.me-central-1.amazonaws.com", True),
        ("123456789012.dkr.ecr.me-south-1.amazonaws.com", False),
        ("123456789012.dkr.ecr.me-central-1.amazonaws.com.example.com", False),
        ("123456789012.dkr-ecr.me-central-1.amazonaws.com", False),
        ("docker.io", False),
        ("", False),
    ],
)
def test_registries(host: str, allowed: bool) -> None:  # noqa: FBT001 - a table of cases
    assert BOUNDARY.allows_registry(host) is allowed


ENTRY = {"reason": "r", "source": "s"}
ROW = {"mode": "hard-local", "instrument": "i", "article": "a", "grounds": [], **ENTRY}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"allow_all": True}, "allow_all: Extra inputs are not permitted"),
        ({"regions": []}, "regions: List should have at least 1 item"),
        ({"regions": [{"name": "me-central-1"}]}, "regions.0.reason: Field required"),
        ({"regions": [{"name": "*", **ENTRY}]}, "regions.0.name: String should match"),
        ({"regions": [{"name": "eu-west-1", "reason": "", "source": "s"}]}, "regions.0.reason"),
        (
            {"sites": [{"kind": "on-premises", "country": "DE", **ENTRY}]},
            "site on-premises is in DE, outside AE",
        ),
        ({"registries": [ENTRY]}, "either a host or a host_pattern"),
        ({"registries": [{"host": "a", "host_pattern": "b", **ENTRY}]}, "either a host or"),
        ({"registries": [{"host_pattern": "(", **ENTRY}]}, "not a regular expression"),
        ({"modes": []}, "modes: List should have at least 1 item"),
        ({"modes": [{**ROW, "mode": "free"}]}, "health is hard-local; a row that covers it"),
        ({"modes": [{**ROW, "mode": "documented-transfer", "sectors": ["health"]}]}, "health is"),
        ({"modes": [{**ROW, "mode": "free", "data_classes": ["health"]}]}, "health is hard-local"),
        ({"modes": [{**ROW, "mode": "open"}]}, "modes.0.mode: Input should be"),
        ({"modes": [{**ROW, "sectors": ["hospital"]}]}, "modes.0.sectors.0: Input should be"),
        ({"modes": [{**ROW, "sectors": []}]}, "modes.0.sectors: List should have at least 1"),
        (
            {"modes": [{**ROW, "grounds": ["Article 1"]}]},
            "the approval regulator_reference",
        ),
        ({"jurisdiction": 1}, "jurisdiction: Input should be a valid string"),
    ],
)
def test_a_faulty_boundary_is_refused(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    path = changed(tmp_path, **changes)

    with pytest.raises(BoundaryError) as refusal:
        load(path)

    assert str(refusal.value).startswith(f"{path}: ")
    assert message in str(refusal.value)


@pytest.mark.parametrize("content", [b"", b"- a\n", b"a: [", b"\xff\xfe\x00"])
def test_a_file_that_is_no_boundary_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "boundary.yaml"
    path.write_bytes(content)

    with pytest.raises(BoundaryError, match=r"boundary\.yaml"):
        load(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BoundaryError, match="cannot be read"):
        load(tmp_path / "none.yaml")


def test_the_strictest_row_holds_and_what_no_row_knows_is_hard(tmp_path: Path) -> None:
    only = {"data_classes": ["public"], "sectors": ["general"]}
    rows = [
        {**ROW, **only, "mode": "free"},
        {**ROW, **only, "mode": "documented-transfer", "perimeters": ["difc"]},
    ]
    boundary = load(changed(tmp_path, modes=rows))

    assert boundary.mode("onshore", "general", "public") == "free"
    assert boundary.mode("difc", "general", "public") == "documented-transfer"
    assert boundary.mode("onshore", "general", "internal") == "hard-local"
    assert boundary.mode("nowhere", "general", "public") == "hard-local"


def test_every_row_of_the_law_says_where_it_stands() -> None:
    for row in BOUNDARY.modes:
        assert re.search(r"[0-9]", row.article), row
        assert row.mode == "hard-local" or row.grounds, row
