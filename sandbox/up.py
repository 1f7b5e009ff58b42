"""`up`: from a bare machine to a prediction, in steps that can be stopped and run again."""

import json
import threading

from environments import Environment, load
from sandbox import deployment, machine, recovery, toolchain, verification, workspace
from sandbox.files import replace
from sandbox.layout import Layout
from sandbox.lock import Holder, locked
from sandbox.ports import ports
from sandbox.progress import Steps
from sandbox.site import Site, site_of
from sandbox.summary import Summary, show


def up(name: str) -> None:
    """Bring the environment `name` up on this machine and show what it is.

    Raises:
        SandboxError: Something the user can mend; nothing that ran is lost.
        InvalidEnvironmentError: The environment's file breaks a law of the model.
    """
    environment = load(name)
    layout = Layout(name)
    site = site_of(environment, layout)
    site.require()  # before anything is written: not even that may be allowed
    layout.state.mkdir(parents=True, exist_ok=True)
    steps = Steps()

    def waiting(holder: Holder) -> None:
        steps.say(f"{holder} holds this sandbox; waiting for its end. To end it: `make down`")

    with locked(layout.lock, f"make up ENV={name}", waiting):
        _up(environment, site, layout, steps)


def engine(name: str) -> None:
    """Find or build the engine and every compiled program, and write `.sandbox/env`.

    Args:
        name: An environment, or the stack of its second site (`<environment>.<site>`).

    Raises:
        SandboxError: Something the user can mend.
    """
    load(name.partition(".")[0])
    layout = Layout(name)
    steps = Steps()
    with steps.step("engine") as step:
        threading.Thread(target=toolchain.fetch_all, daemon=True).start()
        workspace.prepare_engine(layout, step)
        workspace.link_tools(layout, step)
        variables = workspace.environment(layout, layout.kubeconfig)
        workspace.write_environment(layout, variables)


def _up(environment: Environment, site: Site, layout: Layout, steps: Steps) -> None:
    with steps.step("machine") as step:
        site.prepare(step)
    with steps.step("cluster") as step:
        cluster = site.start(step)
        if site.kubeconfig != layout.kubeconfig:
            replace(layout.given, str(site.kubeconfig))  # `down` has to know, also in another shell
    with steps.step("engine") as step:
        stand_ins = workspace.prepare_engine(layout, step, site.providers)
        site.link_tools(step)
    with steps.step("images") as step:
        site.provide_images(cluster, step)
        variables = workspace.environment(layout, site.kubeconfig)
        workspace.write_environment(layout, variables)
    with steps.step("deployment") as step:
        stack = site.stack(workspace.with_path(layout, variables))
        deployment.ensure_stack(stack)
        log = layout.state / "logs" / "recovery.log"
        recovery.recover(stack, step, log, site.seekers(stack))
        deployment.configure(stack, site.settings(cluster))
        done = deployment.up(stack, step, layout.state / "logs" / "up.log")
        step.note = f"{sum(done.changes.values())} changes, {done.unchanged} unchanged"
    with steps.step("verification") as step, site.reached(cluster):
        read = site.reader(cluster, done.outputs)
        answers = verification.verify(environment, cluster, layout, read, step)
    summary = Summary(
        environment=environment.name,
        changes=done.changes,
        unchanged=done.unchanged,
        rules=verification.rules(),
        answers=answers,
        seconds={**steps.seconds, "total": steps.total},
        peak_memory_gib=site.peak_memory_gib,
        held_to=site.held_to,
        stand_ins=[*stand_ins, *site.stand_ins],
        machine=machine.description(),
        kubeconfig=str(site.kubeconfig),
        serving_port=ports().serving,
    )
    replace(layout.summary, json.dumps(summary.facts(), indent=2) + "\n")
    show(summary)
