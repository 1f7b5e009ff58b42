"""Which Python runs a program, a policy pack or a plugin, and what is installed for it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Runs inside the chosen interpreter, which may differ from the one that runs the host.
_LIST_INSTALLED = """
import importlib.metadata, json, platform, re
canonical = lambda name: re.sub(r"[-_.]+", "-", name).lower()
installed, required, plugins = {}, set(), []
for found in importlib.metadata.distributions():
    name = found.metadata["Name"]
    if not name or canonical(name) in installed:
        continue
    installed[canonical(name)] = (name, found.version)
    for requirement in found.requires or ():
        if "extra ==" not in requirement:
            required.add(canonical(re.match(r"[A-Za-z0-9._-]+", requirement).group()))
    for path in found.files or () if canonical(name).startswith("pulumi-") else ():
        if path.name == "pulumi-plugin.json":
            plugins.append(json.loads(path.read_text()))
print(json.dumps({
    "version": platform.python_version(),
    "packages": [
        {"name": name, "version": version, "direct": key not in required}
        for key, (name, version) in sorted(installed.items())
    ],
    "plugins": plugins,
}))
"""


class InterpreterNotFoundError(Exception):
    """The virtual environment that the project names does not exist."""


@dataclass(frozen=True, kw_only=True)
class Package:
    """A distribution installed for the program."""

    name: str
    version: str
    direct: bool
    """False where another installed distribution requires it."""


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """A provider plugin that an installed SDK package names."""

    name: str
    version: str
    server: str


@dataclass(frozen=True, kw_only=True)
class Installed:
    """What one interpreter has."""

    version: str
    packages: tuple[Package, ...]
    plugins: tuple[Plugin, ...]


def interpreter(root: Path, options: Mapping[str, object]) -> str:
    """Return the path of the Python that runs what lies under a project's root.

    In this order: the `virtualenv` option of the project file; the nearest `.venv` at or above
    the root, so that a policy pack shares its repository's; an activated environment; the host's
    own interpreter.

    Args:
        root: folder of the project file (Pulumi.yaml, PulumiPolicy.yaml, PulumiPlugin.yaml).
        options: `runtime.options` of that file.

    Raises:
        InterpreterNotFoundError: the option names an environment that has no Python.
    """
    named = options.get("virtualenv")
    if named:
        python = root / str(named) / "bin" / "python"
        if not python.exists():
            raise InterpreterNotFoundError(
                f"runtime option `virtualenv: {named}` of the project in {root} names no virtual "
                f"environment: {python} does not exist; make it, or remove the option"
            )
        return str(python)
    candidates = [folder / ".venv" for folder in (root, *root.parents)]
    if active := os.environ.get("VIRTUAL_ENV"):
        candidates.append(Path(active))
    for candidate in candidates:
        python = candidate / "bin" / "python"
        if python.exists():
            return str(python)
    return sys.executable


def installed(python: str) -> Installed:
    """Return what is installed for an interpreter.

    Raises:
        subprocess.CalledProcessError: the interpreter cannot run.
    """
    told = json.loads(
        subprocess.run(
            [python, "-I", "-c", _LIST_INSTALLED], check=True, capture_output=True, text=True
        ).stdout
    )
    return Installed(
        version=told["version"],
        packages=tuple(Package(**package) for package in told["packages"]),
        plugins=tuple(
            Plugin(
                name=plugin.get("name", ""),
                version=plugin.get("version", ""),
                server=plugin.get("server", ""),
            )
            for plugin in told["plugins"]
            if plugin.get("resource")
        ),
    )
