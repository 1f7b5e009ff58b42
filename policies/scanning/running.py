"""One run of checkov over a plan and the files beside it, with its results by URN or by file."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from policies.judging import Declared
from policies.scanning.material import FRAMEWORKS, Material, lay

PROJECT: Final = Path(__file__).resolve().parents[2]
PROGRAM: Final = PROJECT / ".sandbox" / "venvs" / "checkov" / "bin" / "checkov"
_SECONDS: Final = 600
"""Longest that a run may take; one of 1,000 resources takes about ten."""


class NotScannedError(Exception):
    """checkov could not be run, or did not read what it was given."""


@dataclass(frozen=True, order=True)
class Failure:
    """A check that failed.

    Attributes:
        subject: URN of the resource, or path of the file.
        check: Its id, CKV_AWS_144 say.
        demand: What it asks for, in checkov's words.
    """

    subject: str
    check: str
    demand: str


@dataclass(frozen=True)
class Scan:
    """What one run found.

    Attributes:
        failures: Failed checks, by subject.
        passed: How many checks passed, by framework.
        subjects: What was handed over, by framework: URNs, or paths of files.
        judged: The subjects that at least one check judged.
    """

    failures: list[Failure]
    passed: dict[str, int]
    subjects: dict[str, frozenset[str]]
    judged: frozenset[str]


def scan(resources: list[Declared], tree: Path | None = None) -> Scan:
    """Has checkov judge what a plan declares, and the Dockerfiles and workflows of a folder.

    Args:
        resources: All resources of the plan.
        tree: The folder; none where only the plan counts.

    Raises:
        NotConvertedError: A resource has no counterpart that checkov could read.
        NotScannedError: checkov is not there, failed, or did not read all that it was given.
    """
    with TemporaryDirectory(prefix="scan-") as made:
        folder = Path(made).resolve()
        material = lay(resources, tree, folder)
        return _told(_run(folder), material)


def _told(reports: list[dict[str, Any]], material: Material) -> Scan:
    subjects = material.subjects()
    failures: set[Failure] = set()
    judged: set[str] = set()
    passed = dict.fromkeys(FRAMEWORKS, 0)
    for report in reports:
        framework, results = report["check_type"], report["results"]
        if broken := results["parsing_errors"]:
            raise NotScannedError(f"checkov could not read {', '.join(sorted(broken))}")
        passed[framework] = len(results["passed_checks"])
        for record in results["passed_checks"]:
            judged.add(material.subject(framework, record))
        for record in results["failed_checks"]:
            subject = material.subject(framework, record)
            judged.add(subject)
            failures.add(Failure(subject, record["check_id"], record["check_name"]))
    for framework, given in subjects.items():
        if given and not given & judged:
            raise NotScannedError(f"checkov judged nothing of what is given to it as {framework}")
    return Scan(
        failures=sorted(failures), passed=passed, subjects=subjects, judged=frozenset(judged)
    )


def _run(folder: Path) -> list[dict[str, Any]]:
    if not PROGRAM.exists():
        raise NotScannedError(f"{PROGRAM} is not there. Remedy: `make checkov` makes it.")
    command = [str(PROGRAM), "--directory", str(folder), "--framework", *FRAMEWORKS]
    command += ["--skip-download", "--output", "json", "--compact"]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            # It would look for a file of settings in the home folder, and ask for news of itself.
            env={**os.environ, "HOME": str(folder.parent), "LOG_LEVEL": "ERROR"},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        told = json.loads(done.stdout)
    except subprocess.TimeoutExpired as error:
        raise NotScannedError(f"checkov did not end within {_SECONDS} s") from error
    except ValueError as error:
        raise NotScannedError(f"checkov ended with {done.returncode}:\n{done.stderr}") from error
    reports = told if isinstance(told, list) else [told]
    return [report for report in reports if "results" in report]
