"""Measures plans by the real engine: `python -m benchmarks.preview [--copies 1 3 10] ENVIRONMENT`.

It plans a new stack that declares the environment once, without the policy pack and with it, and
then that many times over with the pack. Nothing is created. Processor seconds count every process
of a plan; unlike seconds they hardly depend on what else the machine does.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.preview.measurement import (
    NotMeasuredError,
    adopt_orphans,
    import_seconds,
    line,
    project,
)

RESULT = Path(__file__).resolve().parents[1] / "results" / "preview.json"
TARGET = 15
"""Most seconds on two cores for the environment once, with the pack."""

IMPORTS = {
    "pulumi": "import pulumi",
    "pulumi_aws": "import pulumi_aws",
    "program": "from stacks import data, foundation, messages, ml, settings",
}
"""What is imported before the first resource; the SDKs import more as types are used."""

PEER = {
    "measured": False,
    "reason": (
        "Terraform and OpenTofu plan AWS with a provider from a registry of their own, which "
        "package registries do not serve. What PyPI has (troposphere, aws-cdk-lib, cdktf) renders "
        "templates and plans nothing against a state: its time would be for other work."
    ),
}


def main() -> None:
    """Measure, write the result file and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.preview", description=__doc__)
    parser.add_argument("environment", help="a folder of environments/")
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 3, 10], help="how often")
    parser.add_argument("--result", type=Path, default=RESULT, help="file to write")
    given = parser.parse_args()
    try:
        found = measure(given.environment, sorted(set(given.copies)))
    except NotMeasuredError as error:
        sys.exit(f"benchmarks.preview: {error}")
    given.result.parent.mkdir(parents=True, exist_ok=True)
    given.result.write_text(json.dumps(found, indent=2) + "\n")
    show(found)
    print(f"written to {given.result}")


def measure(environment: str, copies: list[int]) -> dict[str, Any]:
    """Plan the environment once without the pack, then with it as often as given.

    Raises:
        NotMeasuredError: A plan failed.
    """
    adopt_orphans()
    imports = {name: import_seconds(statement) for name, statement in IMPORTS.items()}
    with project(environment, 1) as once:
        once.preview(pack=True)  # so that bytecode is there
        bare = once.preview(pack=False)
    runs = []
    for count in copies:
        with project(environment, count) as several:
            runs.append({"copies": count, **several.preview(pack=True)})
    found: dict[str, Any] = {"environment": environment, "without_pack": bare, "with_pack": runs}
    if runs[0]["copies"] == 1:
        judged = {name: runs[0][name] - bare[name] for name in ("seconds", "processor_seconds")}
        found |= {
            "pack_share": {name: round(more / runs[0][name], 3) for name, more in judged.items()},
            "target_seconds": TARGET,
            "within_target": runs[0]["seconds"] <= TARGET,
        }
    if len(runs) > 1:
        found["growth"] = {name: growth(runs, name) for name in ("seconds", "processor_seconds")}
    return {**found, "import_seconds": imports, "peer": PEER}


def growth(runs: list[dict[str, Any]], of: str) -> dict[str, float]:
    """What each resource more adds to a plan."""
    fit = line([(run["resources"], run[of]) for run in runs])
    return {
        "milliseconds_per_resource": round(1000 * fit["slope"], 2),
        "seconds_without_resources": round(fit["start"], 1),
        "r_squared": round(fit["r_squared"], 4),
    }


def show(found: dict[str, Any]) -> None:
    """Print what was found as a table."""
    for run in (found["without_pack"], *found["with_pack"]):
        rules = "with the pack" if run["pack"] else "without it"
        print(
            f"{run['resources']:>6} resources {run['seconds']:>8.1f} s "
            f"{run['processor_seconds']:>8.1f} processor s  {rules}"
        )
    for name, fit in found.get("growth", {}).items():
        print(f"{name}: {fit['milliseconds_per_resource']} ms a resource, R² {fit['r_squared']}")


if __name__ == "__main__":
    main()
