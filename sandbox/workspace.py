"""Where Pulumi finds its parts: launchers on PATH, the state's folder, the settings to source."""

import os
import secrets
import shutil
import sys
from collections.abc import Collection, Mapping
from pathlib import Path

from sandbox import toolchain
from sandbox.files import PRIVATE, replace
from sandbox.layout import PROJECT, Layout
from sandbox.progress import Step

LAUNCHERS = {
    "pulumi-language-python": "sandbox.engine.language_host",
    "pulumi-resource-aws": "sandbox.aws.provider",
    "pulumi-resource-kubernetes": "sandbox.kubernetes_provider",
}
PROVIDERS = {"aws": "AWS", "kubernetes": "Kubernetes"}


def official(program: str, layout: Layout) -> str | None:
    """The user's own `program` on PATH, if there is one besides the sandbox's."""
    ours = str(layout.bin)
    path = os.pathsep.join(
        folder for folder in os.environ.get("PATH", "").split(os.pathsep) if folder != ours
    )
    return shutil.which(program, path=path)


def official_provider(name: str, layout: Layout) -> bool:
    """Whether the official plugin of a provider is on PATH or among Pulumi's plugins."""
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    plugins = home / "plugins"
    return bool(official(f"pulumi-resource-{name}", layout)) or (
        plugins.is_dir() and any(plugins.glob(f"resource-{name}-v*"))
    )


def prepare_engine(
    layout: Layout, step: Step, used: Collection[str] = ("kubernetes",)
) -> list[str]:
    """Make the launchers in `.sandbox/bin`; return what stands in for an official part.

    Args:
        layout: Where the launchers go.
        step: Shows which engine it is.
        used: The providers that the environment needs, of which stand-ins are named.
    """
    layout.bin.mkdir(parents=True, exist_ok=True)
    stand_ins = []
    for name in ("pulumi", *LAUNCHERS, "pulumi-language-python-exec"):
        (layout.bin / name).unlink(missing_ok=True)
    engine = official("pulumi", layout)
    step.note = f"official {engine}"
    if not engine:
        built = toolchain.built(toolchain.ENGINE, step)
        for name in ("pulumi", "pulumi-language-python-exec"):
            _beside(built / name, layout.bin / name)
        _launcher(layout, "pulumi-language-python")
        stand_ins.append("Python language host of the Pulumi engine (official one absent)")
        step.note = f"Pulumi {toolchain.ENGINE_VERSION}, compiled from its Go module"
    for name, title in PROVIDERS.items():
        if official_provider(name, layout):
            continue
        _launcher(layout, f"pulumi-resource-{name}")
        if name in used:
            stand_ins.append(f"{title} provider of Pulumi, in Python (official plugin absent)")
    return stand_ins


def link_tools(layout: Layout, step: Step) -> None:
    """Link every compiled program into `.sandbox/bin`, for tests that start one by itself."""
    for module in toolchain.MODULES:
        if module is toolchain.ENGINE:
            continue  # the user's own engine wins: `prepare_engine` decides
        folder = toolchain.built(module, step)
        for name in module.programs:
            link = layout.bin / name
            link.unlink(missing_ok=True)
            link.symlink_to(folder / name)
    server = layout.bin / "server"  # etcd, by the name that its module builds it under
    server.unlink(missing_ok=True)
    server.symlink_to(layout.bin / "etcd")


def environment(layout: Layout, kubeconfig: Path) -> dict[str, str]:
    """Variables with which native Pulumi works on this sandbox."""
    state = layout.sandbox / "state"
    state.mkdir(parents=True, exist_ok=True)
    passphrase = layout.sandbox / "passphrase"
    if not passphrase.exists():
        replace(passphrase, secrets.token_urlsafe(32), PRIVATE)
    found = {
        "PULUMI_BACKEND_URL": f"file://{state}",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(passphrase),
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK": "1",
        "KUBECONFIG": str(kubeconfig),
        "MIZAN_TOOLCHAIN_BIN": str(layout.bin),
        "PYTHONPATH": str(PROJECT),
        # Empty: images of containers tend to forbid it, and every run compiles the SDKs anew.
        "PYTHONDONTWRITEBYTECODE": "",
    }
    if layout.images_lock.exists():  # else the program reads the committed one, and says so
        found["MIZAN_IMAGES_LOCK"] = str(layout.images_lock)
    if not official("pulumi", layout):
        found["PULUMI_HOME"] = str(layout.sandbox / "pulumi-home")
    return found


def write_environment(layout: Layout, variables: Mapping[str, str]) -> Path:
    """Write `.sandbox/env`, to be sourced by a shell."""
    lines = ["# Made by the sandbox: source it, and native pulumi and kubectl work here."]
    lines += [f"export {name}='{value}'" for name, value in sorted(variables.items())]
    venv = Path(sys.executable).parent
    lines.append(f"export PATH='{layout.bin}:{venv}':\"$PATH\"")
    path = layout.sandbox / "env"
    replace(path, "\n".join(lines) + "\n")
    return path


def with_path(layout: Layout, variables: Mapping[str, str]) -> dict[str, str]:
    """`variables` with the PATH that `.sandbox/env` would give."""
    venv = Path(sys.executable).parent
    return {**variables, "PATH": f"{layout.bin}:{venv}:{os.environ.get('PATH', '')}"}


def _beside(program: Path, path: Path) -> None:
    """The program under a path of its own: the engine warns of hosts that are not beside it."""
    try:
        path.hardlink_to(program)
    except OSError:  # the cache is on another disk
        shutil.copy(program, path)


def _launcher(layout: Layout, name: str) -> None:
    path = layout.bin / name
    path.write_text(
        "#!/bin/sh\n"
        "# -P: a file in the folder where Pulumi runs must not stand in for a module.\n"
        f"PYTHONPATH='{PROJECT}'${{PYTHONPATH:+:$PYTHONPATH}} "
        f"exec '{sys.executable}' -P -m {LAUNCHERS[name]} \"$@\"\n"
    )
    path.chmod(0o755)
