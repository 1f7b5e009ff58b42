"""Audits an exported state: what is deployed is judged by the pack, whatever made it.

`pulumi policy analyze` runs the pack over the state, without the program and without a cloud. With
a plan of the same stack, drift is told too: what is deployed and not declared.
"""

import argparse
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Final

from policies.documents import Document, read
from policies.drift import drift
from policies.steps import DocumentError

PACK: Final = Path(__file__).resolve().parent
SOUND: Final = 0
FAULTY: Final = 1
UNAUDITED: Final = 2
_LONGEST_SECONDS: Final = 600


class AuditError(Exception):
    """The state could not be audited, so nothing is known of it."""


def violations(state: Path, pack: Path = PACK) -> dict[str, list[str]]:
    """Has the engine judge a state by a policy pack.

    Args:
        state: A file that `pulumi stack export` wrote.
        pack: The pack; by default this one.

    Returns:
        What is wrong, in a line each, by the URN of the resource.

    Raises:
        AuditError: There is no engine, it failed, or it ended without a verdict.
    """
    command = ["pulumi", "policy", "analyze", "--file", str(state), "--policy-pack", str(pack)]
    try:
        done = subprocess.run(
            [*command, "--json", "--non-interactive"],
            capture_output=True,
            text=True,
            timeout=_LONGEST_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise AuditError("pulumi is not on PATH; `make audit` provides it") from error
    except subprocess.TimeoutExpired as error:
        raise AuditError(f"the engine gave no verdict in {_LONGEST_SECONDS} seconds") from error
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if not any("summaryEvent" in event for event in events):
        raise AuditError(f"the engine gave no verdict: {(done.stderr or done.stdout).strip()}")
    found: dict[str, list[str]] = defaultdict(list)
    for event in (event["policyEvent"] for event in events if "policyEvent" in event):
        urn = event.get("resourceUrn") or "the stack"
        # The engine puts the description of the rule before the message.
        text = str(event["message"]).strip().rpartition("\n")[2].removeprefix(f"{urn}: ")
        found[urn].append(f"{event['policyName']}: {text}")
    if (done.returncode != 0) != bool(found):
        raise AuditError(f"the engine failed beside its verdict: {done.stderr.strip()}")
    return found


def _document(path: Path) -> Document:
    try:
        return read(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, DocumentError) as error:
        raise AuditError(f"{path}: {error}") from error


def audit(state: Path, plan: Path | None) -> int:
    """Prints what is wrong with a state, and how it drifted.

    Returns:
        The exit code: 0 for a sound state, 1 for violations or drift.

    Raises:
        AuditError: Something could not be read, or the engine gave no verdict.
    """
    deployed = _document(state)
    found = violations(state)
    for urn, lines in sorted(found.items()):
        sys.stdout.write("\n".join([urn, *(f"  {line}" for line in sorted(lines))]) + "\n")
    differences = []
    if plan is not None:
        declared = _document(plan)
        if declared.stack != deployed.stack:
            raise AuditError(f"{plan}: is of {declared.stack}; allowed: {deployed.stack}")
        differences = list(drift(deployed, declared))
        sys.stdout.writelines(f"drift: {one}\n" for one in differences)
    count = sum(len(lines) for lines in found.values())
    compared = f", {len(differences)} differences from the plan" if plan else ""
    sys.stdout.write(
        f"{deployed.stack}: {len(deployed.resources)} resources, {count} violations of "
        f"{len(found)} resources{compared}\n"
    )
    return FAULTY if found or differences else SOUND


def main(arguments: list[str] | None = None) -> int:
    """Audits the state that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m policies.auditing", description=__doc__)
    parser.add_argument("state", type=Path, help="what `pulumi stack export` wrote")
    parser.add_argument("--plan", type=Path, help="what `pulumi preview --json --show-sames` wrote")
    asked = parser.parse_args(arguments)
    try:
        return audit(asked.state, asked.plan)
    except AuditError as error:
        sys.stderr.write(f"audit: {error}\n")
        return UNAUDITED


if __name__ == "__main__":
    sys.exit(main())
