"""Plans an environment that need not be there yet, apart from the user's own stacks."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from environments import OnPremises, load
from sandbox import foreign, project, workspace
from sandbox.commands import mortal, run
from sandbox.faults import SandboxError
from sandbox.layout import Layout

# What must not leak in from the user's shell and change where or what is planned. Credentials of a
# cloud stay: the official provider asks for them, and a preview only reads.
_FOREIGN = ("KUBE", "MIZAN_AWS_", "PULUMI_")


def plan(name: str) -> None:
    """Write the plan of a new stack of environment `name` to standard output, as JSON.

    A plan that fails is written too: it says why.

    Raises:
        InvalidEnvironmentError: The environment's file breaks a law of the model.
        SandboxError: It stands on a cluster of its own, there is no engine, or it wrote no plan.
    """
    _require_a_cloud(name)
    layout = Layout(name)
    layout.sandbox.mkdir(parents=True, exist_ok=True)
    foreign.forget(_FOREIGN)
    with tempfile.TemporaryDirectory(prefix=f"{name}-plan-", dir=layout.sandbox) as made:
        folder = Path(made)
        made_project = project.make(folder / "project")
        (folder / "state").mkdir()
        found = workspace.environment(layout, folder / "no-kubeconfig")
        variables = {
            **workspace.with_path(layout, found),
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
        }
        run(
            ["pulumi", "stack", "init", name, "--non-interactive"],
            cwd=made_project,
            extra=variables,
            remedy=f"run `make engine ENV={name}` first.",
        )
        done = subprocess.run(
            mortal(["pulumi", "preview", "--stack", name, "--json", "--show-sames"]),
            cwd=made_project,
            env={**os.environ, **variables},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    if not done.stdout.strip():
        raise SandboxError(
            f"The engine wrote no plan and ended with {done.returncode}.", "read the lines above."
        )
    sys.stdout.write(done.stdout)


def _require_a_cloud(stack: str) -> None:
    """Refuse a site on premises: its cluster says part of what is planned, and has to be there."""
    name, _, second = stack.partition(".")
    sites = load(name).sites
    site = sites.named(second) if second else sites.primary
    if site is None:
        raise SandboxError(
            f"{stack} is no stack: {name} has no site {second!r}.",
            f"take {name}, or {name} with a dot and one of {[one.name for one in sites.all]}.",
        )
    if isinstance(site, OnPremises):
        raise SandboxError(
            f"{stack} stands on a cluster of its own, and without it there is no plan.",
            f"bring it up, export what is there (`. .sandbox/env && pulumi stack export --stack "
            f"{stack} --file state.json`), and take that: STATE=state.json, for `make evidence`, "
            "`make checkov` and `make audit`.",
        )
