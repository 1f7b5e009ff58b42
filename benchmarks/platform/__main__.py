"""Measures the sandbox: `python -m benchmarks.platform [--cold] ENVIRONMENT`.

It takes the environment down first. Then: `up` with warm caches, `up` again, `down`. With
`--cold` it measures `up` with an empty cache instead, which takes half an hour or more. The
result file keeps what the other kind of run measured.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.platform.measurement import NotMeasuredError, Sandbox
from sandbox.layout import cache_root

RESULT = Path(__file__).resolve().parents[1] / "results" / "platform.json"
TARGETS = {"cold": 35 * 60, "warm": 4 * 60, "no_change": 60}
"""Most seconds on two cores."""


def main() -> None:
    """Measure, write the result file and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.platform", description=__doc__)
    parser.add_argument("environment", help="a folder of environments/")
    parser.add_argument("--cold", action="store_true", help="begin with an empty cache")
    parser.add_argument("--result", type=Path, default=RESULT, help="file to write")
    given = parser.parse_args()
    try:
        runs = cold(given.environment) if given.cold else warm(given.environment)
    except NotMeasuredError as error:
        sys.exit(f"benchmarks.platform: {error}")
    report(runs, given.result)


def warm(environment: str) -> dict[str, Any]:
    """From a stopped sandbox with warm caches, then without a change, then down.

    Raises:
        NotMeasuredError: The caches were not warm, or something changed the second time.
    """
    sandbox = Sandbox(environment)
    sandbox.down()
    first = sandbox.up()
    if first["made"]:
        raise NotMeasuredError(f"the cache was not warm ({first['made'][0]}): run it once more")
    second = sandbox.up()
    if second["changes"]:
        raise NotMeasuredError(f"the second `up` was to change nothing, but: {second['changes']}")
    return {"warm": first, "no_change": second, "down": sandbox.down()}


def cold(environment: str) -> dict[str, Any]:
    """From nothing: the caches begin empty and go again."""
    root = cache_root()
    root.mkdir(parents=True, exist_ok=True)
    Sandbox(environment).down()
    with tempfile.TemporaryDirectory(dir=root.parent, prefix="mizan-cold-") as cache:
        sandbox = Sandbox(environment, {"MIZAN_CACHE": cache})
        first = sandbox.up()
        sandbox.down()
    return {"cold": first}


def report(runs: dict[str, Any], result: Path) -> None:
    """Write the runs beside those of other kinds, and show them all."""
    kept = json.loads(result.read_text())["runs"] if result.exists() else {}
    for name, run in runs.items():
        if most := TARGETS.get(name):
            run["target_seconds"] = most
            run["within_target"] = run["seconds"] <= most
    together = {**kept, **runs}
    result.parent.mkdir(parents=True, exist_ok=True)
    result.write_text(json.dumps({"runs": together}, indent=2) + "\n")
    for name, run in together.items():
        target = f"target {run['target_seconds']} s" if "target_seconds" in run else ""
        print(f"{name:<10} {run['seconds']:>8.1f} s  {target}")
        for step, seconds in run.get("steps", {}).items():
            print(f"{'':<10} {seconds:>8.1f} s  {step}")
    print(f"written to {result}")


if __name__ == "__main__":
    main()
