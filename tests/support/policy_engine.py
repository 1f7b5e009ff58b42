"""The real Pulumi engine on a small program, in a folder and a state of its own."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.policy_pack import PACK

ROOT = PACK.parent
PLUGINS = Path(__file__).resolve().parent / "plugins"

_PREVIEW_SECONDS = 180
# What must not leak in from the user's own shell and change where or what is planned.
_PRIVATE = ("PULUMI_", "AWS_", "KUBE")


@dataclass(frozen=True)
class Preview:
    """What one preview ended with.

    Attributes:
        code: exit status of `pulumi preview`.
        text: what the user sees.
        violations: policy violations as the engine's own events tell them.
    """

    code: int
    text: str
    violations: list[dict[str, Any]]


class Engine:
    """Runs programs through one engine; every program gets a fresh state."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.environment = _environment(folder)
        self._pulumi = self._find("pulumi")
        self._find("pulumi-language-python")

    def preview_copy(self, program: Path) -> Preview:
        """Plans a program in a copy of its folder."""
        work = self._folder / program.name
        shutil.copytree(program, work)
        return self.preview(work, stack=program.name)

    def preview(self, work: Path, *, stack: str) -> Preview:
        """Plans the program of a folder with the real pack, as a user types it."""
        self._run(work, "stack", "init", stack).check_returncode()
        events = work / "events.json"
        arguments = ("--stack", stack, "--policy-pack", str(PACK), "--event-log", str(events))
        done = self._run(work, "preview", *arguments)
        text = done.stdout + done.stderr
        if not events.exists():
            pytest.fail(f"the engine did not get as far as planning:\n{text}", pytrace=False)
        told = [json.loads(line) for line in events.read_text(encoding="utf-8").splitlines()]
        violations = [event["policyEvent"] for event in told if "policyEvent" in event]
        return Preview(done.returncode, text, violations)

    def deployed(self, work: Path, *, stack: str) -> str:
        """The state of a stack whose program is brought up without the pack, as by another hand."""
        self.environment["MIZAN_TEST_STATE"] = "1"
        self._run(work, "stack", "init", stack).check_returncode()
        self._run(work, "up", "--yes", "--skip-preview", "--stack", stack).check_returncode()
        del self.environment["MIZAN_TEST_STATE"]
        return self._run(work, "stack", "export", "--stack", stack).stdout

    def up(self, work: Path, *flags: str, stack: str) -> Preview:
        """Brings a stack up, with a provider that pretends, with the real pack and these flags."""
        self.environment["MIZAN_TEST_STATE"] = "1"
        events = work / f"up-{len(list(work.glob('up-*')))}.json"
        arguments = ("--stack", stack, "--policy-pack", str(PACK), "--event-log", str(events))
        done = self._run(work, "up", "--yes", *flags, *arguments)
        del self.environment["MIZAN_TEST_STATE"]
        told = events.read_text(encoding="utf-8").splitlines() if events.exists() else []
        violations = [
            event["policyEvent"] for event in map(json.loads, told) if "policyEvent" in event
        ]
        return Preview(done.returncode, done.stdout + done.stderr, violations)

    def made(self, *, stack: str, work: Path) -> list[str]:
        """Types of what a stack has, providers and the stack itself left out."""
        state = json.loads(self._run(work, "stack", "export", "--stack", stack).stdout)
        resources = state["deployment"].get("resources") or []
        return [one["type"] for one in resources if not one["type"].startswith("pulumi:")]

    def planned(self, work: Path, *, stack: str) -> str:
        """The plan of a stack that exists."""
        return self._run(work, "preview", "--json", "--show-sames", "--stack", stack).stdout

    def _run(self, work: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._pulumi, *arguments, "--non-interactive", "--color", "never"],
            cwd=work,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=_PREVIEW_SECONDS,
            check=False,
        )

    def _find(self, name: str) -> str:
        found = shutil.which(name, path=self.environment["PATH"])
        if found is None:
            pytest.fail(
                f"{name} is neither on PATH nor in .sandbox/bin, and this test runs the real "
                "engine: `make engine` or `make up` provides it",
                pytrace=False,
            )
        return found


def _environment(folder: Path) -> dict[str, str]:
    state = folder / "state"
    home = folder / "home"
    state.mkdir()
    home.mkdir()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_PRIVATE)}
    path = [
        str(PLUGINS),
        str(Path(sys.prefix) / "bin"),
        str(ROOT / ".sandbox" / "bin"),
        os.environ.get("PATH", os.defpath),
        str(ROOT / "sandbox" / "engine"),
    ]
    return inherited | {
        "MIZAN_TEST_PYTHON": sys.executable,
        "PATH": os.pathsep.join(path),
        "PYTHONPATH": str(ROOT),  # the programs share what is compliant in them
        "PULUMI_BACKEND_URL": f"file://{state}",
        "PULUMI_CONFIG_PASSPHRASE": "of a state that is thrown away",
        "PULUMI_DEBUG_COMMANDS": "true",  # which unhides --event-log
        "PULUMI_HOME": str(home),
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "VIRTUAL_ENV": sys.prefix,
    }
