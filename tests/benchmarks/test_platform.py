"""The benchmark of the sandbox, on a command line that stands in for the sandbox's."""

import json
import sys
from pathlib import Path

import pytest

from benchmarks.platform import __main__ as program
from benchmarks.platform import measurement
from benchmarks.platform.measurement import Sandbox
from sandbox import layout

FAKE = """
import json, os, sys, time
from pathlib import Path

command, state, plan = sys.argv[1], Path(sys.argv[3]), json.loads(sys.argv[4])
done = state.parent / "calls"
calls = done.read_text().split() if done.exists() else []
done.write_text(" ".join([*calls, command]))
told = plan[command][min(calls.count(command), len(plan[command]) - 1)]
print("[00:00] \\u25b8 images")
for line in told.get("says", []):
    print("[00:01]   \\u00b7 " + line)
if command == "up":
    time.sleep(0.1)
    state.mkdir(exist_ok=True)
    (state / "cache").write_text(os.environ.get("MIZAN_CACHE", ""))
    metrics = {"throughput": {"training_rows_per_second": 9000}}
    (state / "summary.json").write_text(json.dumps({
        "seconds": {"images": 1.0, "total": 2.5},
        "changes": told.get("changes", {}),
        "unchanged": 122,
        "peak_memory_gib": 5.5,
        "answers": {"variants": {"wide": {"metrics": metrics}, "deep": {"metrics": {}}}},
    }))
sys.exit(told.get("code", 0))
"""
WARM = {"up": [{"changes": {"create": 122}}, {}], "down": [{}]}


@pytest.fixture
def bench(tmp_path, monkeypatch, capsys):
    """Runs the benchmark on a sandbox that behaves as planned; gives what it wrote and called."""
    state = tmp_path / ".sandbox" / "local"
    state.parent.mkdir()
    monkeypatch.setattr(layout, "PROJECT", tmp_path)
    monkeypatch.setattr(measurement, "PROJECT", tmp_path)
    monkeypatch.setenv("MIZAN_CACHE", str(tmp_path / "cache"))
    script = tmp_path / "fake.py"
    script.write_text(FAKE)
    result = tmp_path / "results" / "platform.json"

    def run(plan: dict, *arguments: str) -> tuple[dict, list[str]]:
        monkeypatch.setattr(
            Sandbox, "_command", lambda _, word: [sys.executable, script, word, "local", state,
                                                  json.dumps(plan)]
        )  # fmt: skip
        (state.parent / "calls").unlink(missing_ok=True)
        monkeypatch.setattr(sys, "argv", ["platform", "local", *arguments, "--result", str(result)])
        program.main()
        return json.loads(result.read_text())["runs"], (state.parent / "calls").read_text().split()

    run.state = state
    return run


def test_it_measures_a_warm_up_one_without_change_and_a_down(bench):
    runs, calls = bench(WARM)

    assert calls == ["down", "up", "up", "down"]
    assert runs.keys() == {"warm", "no_change", "down"}
    warm = runs["warm"]
    assert warm["steps"] == {"images": 1.0, "total": 2.5}
    assert (warm["changes"], warm["unchanged"]) == ({"create": 122}, 122)
    assert warm["peak_memory_gib"] == 5.5
    assert warm["training_rows_per_second"] == {"wide": 9000, "deep": None}
    assert (warm["target_seconds"], runs["no_change"]["target_seconds"]) == (240, 60)
    assert warm["within_target"]
    assert 0 < warm["seconds"] < 60
    for run in runs.values():
        assert {"cpu", "cores", "memory_gib", "load_average_1m"} <= run["machine"].keys()
    assert "target_seconds" not in runs["down"]


def test_a_cold_run_has_an_empty_cache_of_its_own_and_keeps_the_warm_ones_result(bench, tmp_path):
    before, _ = bench(WARM)

    runs, calls = bench({"up": [{"says": ["compiling etcd"]}], "down": [{}]}, "--cold")

    assert calls == ["down", "up", "down"]
    assert runs.keys() == {*before, "cold"}
    assert runs["warm"] == before["warm"]
    assert runs["cold"]["target_seconds"] == 2100
    assert runs["cold"]["made"] == ["compiling etcd"]
    used = Path((bench.state / "cache").read_text())
    assert used.parent == tmp_path
    assert not used.exists()


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        ({**WARM, "up": [{"says": ["building image serving"]}]}, "not warm .building image serv"),
        ({**WARM, "up": [{}, {"changes": {"update": 1}}]}, "second `up` .* but: {'update': 1}"),
        ({**WARM, "up": [{"code": 1}]}, "`up` ended with 1, see above"),
        ({**WARM, "down": [{"code": 130}]}, "`down` ended with 130"),
    ],
)
def test_what_was_not_to_be_measured_is_not_recorded(bench, tmp_path, plan, told):
    with pytest.raises(SystemExit, match=told):
        bench(plan)

    assert not (tmp_path / "results").exists()


def test_a_run_over_its_target_is_recorded_as_such(bench, monkeypatch):
    monkeypatch.setitem(program.TARGETS, "warm", -1)

    runs, _ = bench(WARM)

    assert not runs["warm"]["within_target"]
    assert runs["no_change"]["within_target"]
