"""Permissions to delete what holds data: reviewed, dated, and refused when they have expired."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from environments import InvalidEnvironmentError, allowances

ENTRY: dict[str, Any] = {
    "resource": "lake-bucket",
    "reason": "the lake moves to another account",
    "approver": "data protection officer",
    "expires": "2999-12-31",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "place").mkdir()
    return tmp_path


def write(file: Path, *entries: object) -> Path:
    file.write_text(yaml.safe_dump({"allowances": list(entries)}))
    return file


def test_without_a_file_nothing_is_allowed(root: Path) -> None:
    assert not allowances("place", root).names("lake-bucket")


def test_only_what_is_named_is_allowed(root: Path) -> None:
    write(root / "place" / "allowances.yaml", ENTRY)

    assert allowances("place", root).names("lake-bucket")
    assert not allowances("place", root).names("models-bucket")


def test_a_star_names_everything(root: Path) -> None:
    write(root / "place" / "allowances.yaml", {**ENTRY, "resource": "*"})

    assert allowances("place", root).names("models-bucket")


def test_a_second_file_adds_to_the_environments_own(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(root / "place" / "allowances.yaml", ENTRY)
    more = write(root / "more.yaml", {**ENTRY, "resource": "models-bucket"})
    monkeypatch.setenv("MIZAN_ALLOWANCES", str(more))

    found = allowances("place", root)

    assert found.names("lake-bucket")
    assert found.names("models-bucket")


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"expires": "2020-01-01"}, "allowances[0].expires", "has expired"),
        ({"expires": "soon"}, "allowances[0].expires", "not a date"),
        ({"approver": ""}, "allowances[0].approver", "too short"),
        ({"resorce": "x"}, "allowances[0].resorce", "did you mean resource?"),
    ],
)
def test_a_wrong_entry_is_refused_by_its_field(
    root: Path, change: dict[str, str], field: str, reason: str
) -> None:
    write(root / "place" / "allowances.yaml", {**ENTRY, **change})

    with pytest.raises(InvalidEnvironmentError) as caught:
        allowances("place", root)

    (fault,) = caught.value.faults
    assert fault.field == field
    assert reason in fault.reason


def test_a_file_that_is_named_and_absent_is_an_error(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIZAN_ALLOWANCES", str(root / "absent.yaml"))

    with pytest.raises(InvalidEnvironmentError, match="cannot be read"):
        allowances("place", root)
