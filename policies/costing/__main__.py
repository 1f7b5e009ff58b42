"""Prices a plan: `pulumi preview --json --show-sames | python -m policies.costing`."""

import argparse
import datetime as dt
import json
import sys
from pathlib import Path

from policies.costing import plan, rates, report
from policies.costing.estimate import estimate
from policies.costing.services import MEASURES


def main(arguments: list[str]) -> int:
    """Reads a plan from standard input and writes what it costs.

    Returns:
        0, or 1 where the plan, the tables or the report to compare with cannot be read.
    """
    parser = argparse.ArgumentParser(prog="python -m policies.costing", description=__doc__)
    parser.add_argument("--json", action="store_true", help="write the report as JSON")
    parser.add_argument("--lines", action="store_true", help="list every resource too")
    parser.add_argument(
        "--compare", type=Path, metavar="REPORT", help="write the difference to an earlier --json"
    )
    options = parser.parse_args(arguments)
    try:
        planned = plan.read(sys.stdin.read())
        tables = rates.load(dt.datetime.now(tz=dt.UTC).date())
        found = report.document(estimate(planned, tables, MEASURES), planned)
        if options.compare is not None:
            before = json.loads(options.compare.read_text(encoding="utf-8"))
            shown = report.difference(before, found)
        elif options.json:
            shown = json.dumps(found, indent=2) + "\n"
        else:
            shown = report.text(found, lines=options.lines)
    except (plan.PlanError, rates.TableError, report.ReportError, OSError, ValueError) as error:
        sys.stderr.write(f"mizan: {error}\n")
        return 1
    sys.stdout.write(shown)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
