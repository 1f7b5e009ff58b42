"""What the boundary compiles to is what is committed, to the byte, and every time the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from policies.boundary import BOUNDARY
from policies.layers import __main__ as writer
from policies.layers.artefacts import FOLDER, artefacts
from tests.support.engine import ROOT

COMMITTED = sorted(
    path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()
)


def test_one_file_for_each_artefact() -> None:
    assert sorted(artefacts()) == COMMITTED


@pytest.mark.parametrize("path", COMMITTED)
def test_a_file_is_what_the_boundary_compiles_to(path: str) -> None:
    assert (FOLDER / path).read_bytes() == artefacts()[path].encode(), "python -m policies.layers"


@pytest.mark.parametrize("seed", ["1", "2"])
def test_another_process_writes_the_same_bytes(seed: str, tmp_path: Path) -> None:
    """Sets are walked in another order with another seed."""
    program = (
        "import pathlib, sys; from policies.layers import __main__ as writer; "
        "writer.FOLDER = pathlib.Path(sys.argv.pop()); sys.exit(writer.main())"
    )
    subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
        check=True,
    )
    for path in COMMITTED:
        assert (tmp_path / path).read_bytes() == (FOLDER / path).read_bytes()


def test_another_boundary_compiles_to_other_files() -> None:
    (region,) = BOUNDARY.regions
    more = region.model_copy(update={"name": "me-central-2"})
    other = artefacts(BOUNDARY.model_copy(update={"regions": [region, more]}))
    assert "me-central-2" in other["organisation/regions.json"]
    assert "endpoints/me-central-2/s3.json" in other


def test_a_file_that_was_changed_by_hand_is_told_and_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(writer, "FOLDER", tmp_path)
    monkeypatch.setattr(sys, "argv", ["layers"])
    assert writer.main() == 0
    changed, strange = tmp_path / "organisation" / "regions.json", tmp_path / "strange.json"
    changed.write_text("{}")
    strange.write_text("{}")
    monkeypatch.setattr(sys, "argv", ["layers", "--check"])
    assert writer.main() == 1
    told = capsys.readouterr().err
    assert str(changed) in told
    assert str(strange) in told

    monkeypatch.setattr(sys, "argv", ["layers"])
    assert writer.main() == 0
    assert changed.read_text() == artefacts()["organisation/regions.json"]
    assert not strange.exists()
