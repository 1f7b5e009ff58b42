"""The benchmark of plans, on an engine that stands in for Pulumi's."""

import json
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.preview import __main__ as program
from benchmarks.preview.measurement import NotMeasuredError, Project, line

ENGINE = """#!/usr/bin/env python3
import os, sys, time
copies = int(os.environ["MIZAN_BENCHMARK_COPIES"])
end = 0.1 * copies + (0.2 if "--policy-pack" in sys.argv else 0)
while time.process_time() < end:
    pass
print(os.environ.get("SAYS", f"    + {100 * copies} to create"))
sys.exit(int(os.environ.get("ENDS", "0")))
"""


def surroundings(one: Project, folder: Path) -> dict[str, str]:
    return {"PATH": f"{folder}:/usr/bin:/bin", "MIZAN_BENCHMARK_COPIES": str(one.copies)}


@pytest.fixture
def engine(tmp_path, monkeypatch):
    """Puts a `pulumi` in place of the engine, and a project without files around it."""
    (tmp_path / "pulumi").write_text(ENGINE)
    (tmp_path / "pulumi").chmod(0o755)
    monkeypatch.setattr(Project, "variables", property(lambda one: surroundings(one, tmp_path)))

    @contextmanager
    def project(name: str, copies: int):
        yield Project(tmp_path, copies, name)

    monkeypatch.setattr(program, "project", project)
    monkeypatch.setattr(program, "adopt_orphans", lambda: None)
    monkeypatch.setattr(program, "import_seconds", lambda _: 0.5)
    return tmp_path


def test_it_tells_the_share_of_the_pack_and_how_a_plan_grows(engine, monkeypatch, capsys):
    result = engine / "results" / "preview.json"
    monkeypatch.setattr(sys, "argv", ["preview", "bank", "--result", str(result)])

    program.main()

    found = json.loads(result.read_text())
    assert [(run["copies"], run["resources"]) for run in found["with_pack"]] == [
        (1, 100), (3, 300), (10, 1000)
    ]  # fmt: skip
    assert not found["without_pack"]["pack"]
    assert found["pack_share"]["processor_seconds"] > 0
    slope = found["growth"]["processor_seconds"]["milliseconds_per_resource"]
    assert slope == pytest.approx(1.0, abs=0.3)
    assert found["within_target"]
    assert {"cpu", "cores", "memory_gib", "load_average_1m"} <= found["without_pack"][
        "machine"
    ].keys()
    assert found["import_seconds"].keys() == {"pulumi", "pulumi_aws", "program"}
    assert "reason" in found["peer"]
    assert "1000 resources" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [{"ENDS": "255"}, {"SAYS": "    3 unchanged"}])
def test_a_plan_that_is_refused_or_creates_nothing_is_not_recorded(engine, monkeypatch, wrong):
    monkeypatch.setattr(
        Project, "variables", property(lambda one: {**surroundings(one, engine), **wrong})
    )

    with pytest.raises(NotMeasuredError, match=r"`pulumi preview .* ended with"):
        Project(engine, 1, "bank").preview(pack=True)


def test_points_on_a_line_give_its_slope_and_its_start():
    fit = line([(1, 5.0), (3, 9.0), (10, 23.0)])

    assert fit == pytest.approx({"slope": 2.0, "start": 3.0, "r_squared": 1.0})
    assert line([(0, 0.0), (1, 1.0), (2, 0.0)])["r_squared"] == pytest.approx(0.0)
