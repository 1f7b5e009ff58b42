"""Writes the evidence of a plan, or checks evidence that was written."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any, Final

from policies import documents
from policies.evidence import EvidenceError, clear, dating, environment, page, report, signing
from policies.frameworks.shelf import FrameworkError
from policies.steps import DocumentError

VIOLATED: Final = 2
"""Exit code of evidence that was written, and holds a violation."""

_SANDBOX: Final = "made on this machine for trying out: proves that nothing changed, not who signed"
_GIVEN: Final = "given by the user"


def main(arguments: list[str]) -> int:
    """Runs one command.

    Returns:
        0; 1 where evidence cannot be written or does not hold; 2 where it was written and holds a
        violation.
    """
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (DocumentError, EvidenceError, FrameworkError, OSError, ValueError) as error:
        sys.stderr.write(f"mizan: {error}\n")
        return 1


def write(options: argparse.Namespace) -> int:
    """Writes report, page, plan and signature into a folder, and says where they are."""
    plan = options.plan.read_bytes().decode("utf-8")
    declared = environment.read(options.environment)
    document = documents.read(plan)  # what is no plan is told before what has no date
    clear.refuse_clear_secrets(plan)
    dated, dated_by = dating.dated(plan, os.environ)
    source = report.Source(plan=plan, dated=dated, dated_by=dated_by, revision=options.revision)
    found = report.build(source, document, declared)
    key = signing.private_key(options.key) if options.key else signing.sandbox_key(options.made_key)
    files = {
        "plan.json": plan.encode(),
        "report.html": page.render(found, signing.fingerprint(key.public_key())).encode(),
        "report.json": (json.dumps(found, indent=1, ensure_ascii=False) + "\n").encode(),
    }
    folder = options.out / found["stack"]
    signing.sign(folder, files, key, _GIVEN if options.key else _SANDBOX)
    sys.stdout.write(_told(found, folder, key_given=bool(options.key)))
    return VIOLATED if found["summary"]["violations"] else 0


def verify(options: argparse.Namespace) -> int:
    """Says whose signature holds over which files."""
    manifest = signing.verify(options.folder, options.key)
    signer = manifest["signer"]
    said = "the key that was given" if options.key else f"the key beside it ({signer['key']})"
    sys.stdout.write(
        f"{options.folder}: {len(manifest['files'])} files are as signed by {said}, "
        f"fingerprint {signer['fingerprint']}\n"
    )
    return 0


def _told(found: dict[str, Any], folder: Path, *, key_given: bool) -> str:
    summary = found["summary"]
    controls = ", ".join(
        f"{count} {status}" for status, count in summary["controls"].items() if count
    )
    signed = "the key given" if key_given else "a key made on this machine, which proves no author"
    return (
        f"evidence of {found['stack']}, dated {found['dated']['at']}\n"
        f"  frameworks  {summary['binding']} of {summary['frameworks']} bind\n"
        f"  controls    {controls}\n"
        f"  rules       {found['source']['rules']} over {summary['resources']} resources, "
        f"{summary['violations']} violations, {summary['waived']} waived\n"
        f"  signed by   {signed}\n"
        f"  {folder / 'report.html'}\n  {folder / 'report.json'}\n"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m policies.evidence", description=__doc__)
    commands = parser.add_subparsers(required=True)
    writer = commands.add_parser("write", help="write the evidence of a plan")
    writer.add_argument("plan", type=Path, help="a plan, or an exported state")
    writer.add_argument("--environment", type=Path, required=True, help="its environment.yaml")
    writer.add_argument("--out", type=Path, required=True, help="folder for one folder per stack")
    writer.add_argument("--revision", default="not said", help="commit of the program")
    keys = writer.add_mutually_exclusive_group(required=True)
    keys.add_argument("--key", type=Path, help="Ed25519 private key, PEM")
    keys.add_argument("--made-key", type=Path, help="the same, made where there is none")
    writer.set_defaults(run=write)
    checker = commands.add_parser("verify", help="check evidence that was written")
    checker.add_argument("folder", type=Path)
    checker.add_argument("--key", type=Path, help="public key of whom it should come from, PEM")
    checker.set_defaults(run=verify)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
