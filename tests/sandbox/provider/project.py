"""Small Pulumi programs, run by the real engine against the control plane."""

import json
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.sandbox.provider.control_plane import program

ENGINE_FOLDER = Path(__file__).parents[3] / "sandbox" / "engine"
EXECUTOR = "pulumi-language-python-exec"
_SECONDS = 90


@dataclass(frozen=True)
class Outcome:
    """How the engine ended."""

    status: int
    output: str

    def expect_success(self) -> "Outcome":
        assert self.status == 0, self.output
        return self

    def expect_failure(self) -> "Outcome":
        assert self.status != 0, self.output
        return self


class Project:
    """One Pulumi project with one stack, in a folder of its own.

    Args:
        folder: where its folder goes, and the engine's state.
        name: of the project.
        variables: what its providers read.
        head: imports of every program.
    """

    def __init__(self, folder: Path, name: str, variables: dict[str, str], head: str) -> None:
        self.head = head
        self.folder = folder / name
        self.folder.mkdir()
        (self.folder / "Pulumi.yaml").write_text(f"name: {name}\nruntime: python\nmain: stacks\n")
        (self.folder / "stacks").mkdir()
        self.environment = _environment(folder) | variables
        self.run("stack", "init", "trial").expect_success()

    def write(self, program: str) -> None:
        """Make this the program, after its imports."""
        (self.folder / "stacks" / "__main__.py").write_text(self.head + textwrap.dedent(program))

    def run(self, *arguments: str) -> Outcome:
        done = subprocess.run(
            self._command(arguments),
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
        return Outcome(done.returncode, done.stdout)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            self._command(arguments),
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def preview(self) -> Outcome:
        return self.run("preview", "--diff")

    def up(self, *, skip_preview: bool = True) -> Outcome:
        flags = ("--skip-preview",) if skip_preview else ()
        return self.run("up", "--yes", *flags)

    def destroy(self) -> Outcome:
        return self.run("destroy", "--yes", "--skip-preview")

    def refresh(self) -> Outcome:
        return self.run("refresh", "--yes", "--skip-preview")

    def state(self) -> list[dict[str, Any]]:
        exported = json.loads(self.run("stack", "export").expect_success().output)
        resources: list[dict[str, Any]] = exported["deployment"].get("resources", [])
        return [r for r in resources if not r["type"].startswith("pulumi:")]

    def state_text(self) -> str:
        return self.run("stack", "export").expect_success().output

    def outputs(self) -> dict[str, Any]:
        outputs: dict[str, Any] = json.loads(self.run("stack", "output", "--json").output)
        return outputs

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        flags: tuple[str, ...] = ("--non-interactive",)
        if arguments[0] in {"up", "preview", "destroy", "refresh", "import"}:
            flags += ("--suppress-progress",)
        return [program("pulumi"), *arguments, *flags]


def _environment(folder: Path) -> dict[str, str]:
    """Return the variables of an engine that knows only this project's plugins."""
    kept = {key: os.environ[key] for key in ("HOME", "LANG", "TMPDIR") if key in os.environ}
    plugins = folder / "bin"
    state = folder / "state"
    for made in (plugins, state, folder / "home"):
        made.mkdir(exist_ok=True)
    for plugin in (
        "pulumi-language-python",
        "pulumi-resource-aws",
        "pulumi-resource-kubernetes",
    ):
        link = plugins / plugin
        if not link.exists():
            link.symlink_to(ENGINE_FOLDER / plugin)
    engine = str(Path(program("pulumi")).parent)
    return kept | {
        # The sandbox's own launchers may lie beside pulumi; those of this tree come first.
        "PATH": os.pathsep.join([str(plugins), engine, "/usr/bin", "/bin"]),
        "MIZAN_LANGUAGE_EXEC": os.environ.get("MIZAN_LANGUAGE_EXEC") or program(EXECUTOR),
        "MIZAN_PYTHON": sys.executable,
        "PULUMI_BACKEND_URL": state.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "x",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "1",
    }
