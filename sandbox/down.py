"""`down`: takes away what `up` started, and nothing else."""

import shutil
from pathlib import Path

from environments import CloudRegion, load
from sandbox import deployment, workspace
from sandbox.aws import running
from sandbox.cluster import stop
from sandbox.cluster.specification import group_name
from sandbox.layout import PROJECT, Layout
from sandbox.lock import Holder, locked
from sandbox.loss import remains
from sandbox.progress import Steps


def down(name: str) -> None:
    """Take the environment `name` down; running it on nothing is no fault."""
    environment = load(name)  # an unknown name is refused with the list of known ones
    layout = Layout(name)
    steps = Steps()
    if environment.sites.recovery is not None:
        _end_loss(name, environment.sites.recovery.name, steps)
    if not layout.state.exists():
        steps.say(f"{name} is not up; nothing to do")
        return
    with locked(layout.lock, f"make down ENV={name}", lambda holder: _end(holder, steps)):
        if layout.given.exists():
            with steps.step("destroy") as step:
                kubeconfig = Path(layout.given.read_text())
                paths = workspace.with_path(layout, workspace.environment(layout, kubeconfig))
                stack = deployment.Stack(name=name, variables=paths)
                deployment.destroy(stack, step, layout.state / "logs" / "down.log")
        with steps.step("cluster") as step:
            ran = stop(layout.node, group_name(name, layout.node))
            step.note = "stopped" if ran else "was not running"
        if isinstance(environment.sites.primary, CloudRegion):
            with steps.step("cloud"):
                running.stop(layout.aws)
        with steps.step("files"):
            if not isinstance(environment.sites.primary, CloudRegion):
                _forget_stack(layout)  # that of a cloud has its state and settings apart
            shutil.rmtree(layout.state)
    steps.say(f"{name} is down; compiled programs and images stay in the cache")


def _end_loss(name: str, site: str, steps: Steps) -> None:
    """Take away what a rehearsal of the loss left that was killed, or still runs."""
    root = remains.place(name)
    if not root.root.exists():
        return
    with locked(root.lock, f"make down ENV={name}", lambda holder: _end(holder, steps)):
        if remains.clear(name, site):
            steps.say(f"the cluster that played {site} is gone")


def _end(holder: Holder, steps: Steps) -> None:
    """What another command still builds is to go: end that command, unless it takes down too."""
    if holder.command.startswith("make down"):
        steps.say(f"{holder} holds this sandbox; waiting for its end")
        return
    steps.say(f"{holder} holds this sandbox; ending it")
    asked = holder.stop()
    steps.say("it ended" if asked else "it did not end when asked, so it was killed")


def _forget_stack(layout: Layout) -> None:
    """The cluster is gone with all that the stack describes, so its state goes too."""
    backend = layout.sandbox / "state" / ".pulumi"
    for path in backend.rglob(f"{layout.environment}*") if backend.is_dir() else ():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    settings = PROJECT / "environments" / f"Pulumi.{layout.environment}.yaml"
    settings.unlink(missing_ok=True)
