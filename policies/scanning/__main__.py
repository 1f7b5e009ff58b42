"""Has checkov judge an environment: `python -m policies.scanning < plan.json`.

The document is what `pulumi preview --json --show-sames` prints, or `pulumi stack export`. With it
are judged the Dockerfiles and workflows of the repository. It ends with 1 if a check failed that
the conflict map does not explain, and with 2 if checkov could not judge.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from policies import documents
from policies.scanning.conflicts import Sorted, load, sort
from policies.scanning.running import PROJECT, NotScannedError, Scan, scan
from policies.scanning.shapes import NotConvertedError
from policies.steps import DocumentError


def main() -> None:
    """Print what failed by resource and check, what is explained, and what nothing judged."""
    parser = argparse.ArgumentParser(prog="python -m policies.scanning", description=__doc__)
    parser.add_argument("--json", type=Path, help="also write what was found to this file")
    given = parser.parse_args()
    try:
        document = documents.read(sys.stdin.read())
        found = scan(document.resources, PROJECT)
    except (DocumentError, NotConvertedError, NotScannedError) as error:
        sys.stderr.write(f"policies.scanning: {error}\n")
        sys.exit(2)
    parted = sort(found.failures, load())
    sys.stdout.write("\n".join(lines(document.stack, found, parted)) + "\n")
    if given.json:
        given.json.write_text(json.dumps(record(document.stack, found, parted), indent=2) + "\n")
    sys.exit(1 if parted.unexplained else 0)


def lines(stack: str, found: Scan, parted: Sorted) -> Iterator[str]:
    """The result as a text."""
    for failure in parted.unexplained:
        yield f"FAILED  {failure.check}  {failure.subject}"
        yield f"        {failure.demand}"
    for entry, failures in parted.explained.items():
        yield f"{entry.kind.value:>14}  {entry.check:<12} {len(failures):>3} x  {entry.article}"
    for framework, subjects in found.subjects.items():
        yield (
            f"{framework:>14}  {found.passed[framework]} checks passed; "
            f"checkov has checks for {len(subjects & found.judged)} of {len(subjects)}"
        )
    yield (
        f"{stack}: {len(parted.unexplained)} failures without an explanation, "
        f"{sum(map(len, parted.explained.values()))} explained by the conflict map"
    )


def record(stack: str, found: Scan, parted: Sorted) -> dict[str, Any]:
    """The result as data, for the evidence."""
    unjudged = Counter(
        subject.split("::")[2].rpartition("$")[2] if "::" in subject else subject
        for subjects in found.subjects.values()
        for subject in subjects - found.judged
    )
    return {
        "stack": stack,
        "passed": found.passed,
        "unexplained": [vars(failure) for failure in parted.unexplained],
        "explained": [
            {**conflict.model_dump(mode="json"), "subjects": [one.subject for one in failures]}
            for conflict, failures in parted.explained.items()
        ],
        "types_without_a_check": dict(sorted(unjudged.items())),
    }


if __name__ == "__main__":
    main()
