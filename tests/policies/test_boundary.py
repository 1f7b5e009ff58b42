"""The boundary is read whole or not at all."""

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
