"""Measures the rules: `python -m benchmarks.policies [--sizes N…] [--preview ENV] < plan.json`.

Plans of several sizes are made of copies of the given one, and judged by the pack, checkov (on the
plan as Terraform has it) and OPA (by five rules of the pack in Rego, which must find the same in a
spoiled plan). Each is a process of its own that reads a file. Then a preview is made without the
pack and with it. Processor seconds hardly depend on what else the machine does.
"""

import argparse
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.policies.judges import RULES, Judge, everyone, opa_found, pack_found
from benchmarks.policies.plans import Json, resized, spoiled
from benchmarks.policies.running import Run, measure
from benchmarks.preview.measurement import NotMeasuredError, adopt_orphans, project
from sandbox.layout import PROJECT
from sandbox.machine import description

RESULT = PROJECT / "benchmarks" / "results" / "policies.json"
SIZES = (100, 1_000, 10_000)
COMPARED = 1_000
"""Resources of the plan that the goals are about."""
MOST_SECONDS = 120
"""A judge that takes longer is ended, and the results say so."""
RATES = ("resources_per_processor_second", "without_its_start")
"""Of a whole program, and of its judging alone."""
LEAST_SECONDS = 0.05
TIMES_CHECKOV = 10
MOST_ADDED = 0.2


def main() -> None:
    """Measure, write the result file and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.policies", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="resources of a plan")
    parser.add_argument("--preview", help="environment that is previewed")
    parser.add_argument("--copies", type=int, default=2, help="how often a preview declares it")
    parser.add_argument("--result", type=Path, default=RESULT, help="file to write")
    given = parser.parse_args()
    plan = json.load(sys.stdin)
    try:
        with tempfile.TemporaryDirectory(prefix="policies-") as work:
            judges = everyone(Path(work))
            found = {
                "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "machine": description(),
                "rules_of_opa": same_rules(judges, plan, Path(work)),
                "judged": judged(judges, plan, sorted({0, COMPARED, *given.sizes}), Path(work)),
            }
        found["goals"] = goals(found["judged"])
        if given.preview:
            found["preview"] = previewed(given.preview, given.copies)
    except NotMeasuredError as error:
        sys.exit(f"benchmarks.policies: {error}")
    given.result.parent.mkdir(parents=True, exist_ok=True)
    given.result.write_text(json.dumps(found, indent=2) + "\n")
    show(found)
    print(f"written to {given.result}")


def same_rules(judges: tuple[Judge, ...], plan: Json, work: Path) -> dict[str, Any]:
    """Hold OPA's rules against the pack's own on a plan that breaks each of them.

    Raises:
        NotMeasuredError: They do not find the same, so that a comparison would mean nothing.
    """
    text = json.dumps(spoiled(plan))
    told = {}
    for judge, read in zip(judges[1:3], (pack_found, opa_found), strict=True):
        told[judge.name] = read(_run(judge, text, work, MOST_SECONDS).output)
    pack, opa = told.values()
    if pack != opa or {rule for rule, _ in pack} != set(RULES):
        raise NotMeasuredError(
            "the rules in Rego do not mean what the pack's mean:\n"
            f"only the pack: {sorted(pack - opa)}\nonly OPA: {sorted(opa - pack)}\n"
            f"rules without a finding: {sorted(set(RULES) - {rule for rule, _ in pack})}"
        )
    return {"rules": list(RULES), "findings_of_both_in_a_spoiled_plan": len(pack)}


def judged(
    judges: tuple[Judge, ...], plan: Json, sizes: list[int], work: Path
) -> list[dict[str, Any]]:
    """What each judge takes for each size. A plan of no resource shows what its start takes."""
    rows: list[dict[str, Any]] = []
    starts: dict[str, Run] = {}
    for size in sizes:
        text = json.dumps(resized(plan, size))
        for judge in judges:
            times = 3 if size <= COMPARED else 1
            runs = [_run(judge, text, work, MOST_SECONDS) for _ in range(times)]
            run = min(runs, key=lambda each: each.processor_seconds)
            start = starts.setdefault(judge.name, run)
            rows.append(row(judge, size, run, start))
            print(f"{judge.name}, {size} resources: {run.processor_seconds:.2f} processor s")
    return rows


def row(judge: Judge, size: int, run: Run, start: Run) -> dict[str, Any]:
    """One line of the results."""
    facts = {"judge": judge.name, "resources": size, "ended": run.ended}
    if not run.ended:
        return {**facts, "longer_than_seconds": MOST_SECONDS}
    judging = run.processor_seconds - start.processor_seconds
    return {
        **facts,
        "violations": judge.found(run.output),
        "seconds": round(run.seconds, 2),
        "processor_seconds": round(run.processor_seconds, 3),
        "peak_mib": round(run.peak_mib),
        **(
            {
                "resources_per_processor_second": round(size / run.processor_seconds),
                # A difference of less is no more than noise.
                "without_its_start": round(size / judging) if judging > LEAST_SECONDS else None,
            }
            if size
            else {}
        ),
    }


def goals(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """How often its peers' rates the pack has, as whole programs and without their start.

    OPA is compared at the largest size, where a start counts least.
    """
    largest = max(row["resources"] for row in rows)
    checkov = _times(rows, "pack", "checkov", COMPARED)
    return {
        "times_checkov": checkov,
        "times_opa": _times(rows, "pack, the rules that OPA has", "OPA", largest),
        "target_times_checkov": TIMES_CHECKOV,
        "within_target": {key: (checkov[key] or 0) >= TIMES_CHECKOV for key in RATES},
    }


def _times(rows: list[dict[str, Any]], ours: str, theirs: str, size: int) -> dict[str, Any]:
    at = {row["judge"]: row for row in rows if row["resources"] == size}
    ratios: dict[str, Any] = {"resources": size}
    for key in RATES:
        rate, other = at[ours].get(key), at[theirs].get(key)
        ratios[key] = round(rate / other, 1) if rate and other else None
    return ratios


def previewed(environment: str, copies: int, times: int = 2) -> dict[str, Any]:
    """A preview without the pack and with it, by turns, the fastest of each.

    Raises:
        NotMeasuredError: A preview failed, or a rule refused it.
    """
    adopt_orphans()
    runs: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
    with project(environment, copies) as several:
        several.preview(pack=True)  # so that bytecode is there
        for _ in range(times):
            for pack in (False, True):
                runs[pack].append(several.preview(pack=pack))
    fastest = {
        pack: {key: min(run[key] for run in each) for key in ("seconds", "processor_seconds")}
        for pack, each in runs.items()
    }
    added = {key: round(fastest[True][key] / fastest[False][key] - 1, 3) for key in fastest[True]}
    return {
        "environment": environment,
        "copies": copies,
        "resources": runs[True][0]["resources"],
        "without_pack": fastest[False],
        "with_pack": fastest[True],
        "added": added,
        "most_added": MOST_ADDED,
        "within_target": added["seconds"] <= MOST_ADDED,
    }


def _run(judge: Judge, text: str, work: Path, most_seconds: float) -> Run:
    with tempfile.TemporaryDirectory(dir=work) as folder:
        command = judge.command(judge.prepare(text, Path(folder)))
        return measure(command, folder=PROJECT, most_seconds=most_seconds, allowed=judge.allowed)


def show(found: dict[str, Any]) -> None:
    """Print what was found as a table."""
    for one in found["judged"]:
        head = f"{one['judge']:<29}{one['resources']:>7} resources"
        if not one["ended"]:
            print(f"{head}: more than {MOST_SECONDS} s")
        elif one["resources"]:
            print(
                f"{head} {one['processor_seconds']:>8.2f} processor s "
                f"{one['resources_per_processor_second']:>6}/s, without its start "
                f"{one['without_its_start'] or '-':>6}/s {one['peak_mib']:>5} MiB"
            )
    print(f"times checkov: {found['goals']['times_checkov']}")
    print(f"times OPA, same rules: {found['goals']['times_opa']}")
    if preview := found.get("preview"):
        print(f"added to a preview of {preview['resources']} resources: {preview['added']}")


if __name__ == "__main__":
    main()
