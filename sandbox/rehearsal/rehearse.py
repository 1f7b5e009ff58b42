"""`rehearse`: a cloud environment from nothing to up, changed, and gone, without an account."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from environments import Environment, OnPremises, folder, load
from environments.document import read as read_document
from environments.loader import VARIABLE as ENVIRONMENTS
from sandbox import foreign, toolchain, workspace
from sandbox.deployment import Deployment, Stack
from sandbox.faults import SandboxError
from sandbox.layout import PROJECT, Layout
from sandbox.lock import Holder, locked
from sandbox.machine import PeakMemory
from sandbox.progress import Step, Steps
from sandbox.rehearsal import (
    allowance,
    aws_command,
    changing,
    cloud,
    cluster,
    images,
    inventory,
    programs,
    volumes,
)
from sandbox.rehearsal.estate import Estate
from sandbox.rehearsal.nodes import Joining
from sandbox.rehearsal.place import Place
from sandbox.rehearsal.playing import Part, played
from sandbox.rehearsal.report import Report, Tried, counted, in_words, of_types, show
from sandbox.rehearsal.verification import verify

TOGETHER = "MIZAN_CHANGES_TOGETHER"
"""Set to make every change that goes through in one update: the short rehearsal of a test run."""


def rehearse(name: str, source: Path = PROJECT, changes: Path = changing.CHANGES) -> None:
    """Bring the cloud environment `name` up beside a stand-in of AWS, try it, and take it down.

    Args:
        name: Name of the environment.
        source: Folder of the Pulumi project that is rehearsed.
        changes: File with the changes that are tried.

    Raises:
        SandboxError: Something did not hold; the report says what.
        InvalidEnvironmentError: The environment's file breaks a law of the model.
    """
    environment = load(name)
    if isinstance(environment.sites.primary, OnPremises):
        raise SandboxError(
            f"The primary site of {name} is on-premises; a rehearsal plays a cloud.",
            f"run `make up ENV={name}`, which brings it up for real.",
        )
    place = Place(name)
    steps = Steps()

    def waiting(holder: Holder) -> None:
        steps.say(f"{holder} holds this rehearsal; waiting for its end")

    with locked(place.lock, f"make rehearse ENV={name}", waiting):
        place.clear()
        report = Report(name)
        memory = PeakMemory(os.getpid())
        tried = changing.read(changes)
        if os.environ.get(TOGETHER):
            tried = changing.together(tried)
        try:
            with standing(environment, place, steps, report, source) as estate:
                _rehearse(estate, tried, steps, report)
        except SandboxError as error:
            report.ended_at = error.cause
            raise
        finally:
            report.seconds = {**steps.seconds, "total": steps.total}
            report.peak_memory_gib = memory.gib
            done = "leftovers" in steps.seconds  # the last step
            report.held = done and report.ended_at is None and not report.faults()
            report.write(place.report)
        show(report)
    if not report.held:
        raise SandboxError(
            f"The rehearsal of {name} found {len(report.faults())} faults: {report.faults()[0]}",
            f"the whole report is {place.report}; logs are in {place.logs}.",
        )


@contextmanager
def standing(
    environment: Environment, place: Place, steps: Steps, report: Report, source: Path = PROJECT
) -> Iterator[Estate]:
    """A cloud and a cluster, played, and a fresh stack on them; they end with the block.

    Args:
        environment: What is rehearsed.
        place: Where; cleared.
        steps: Shows what goes on.
        report: Gets the names of the stand-ins.
        source: Folder of the Pulumi project.
    """
    site = environment.sites.primary
    if isinstance(site, OnPremises):
        raise TypeError(f"site {site.name} is on-premises")
    layout = Layout(environment.name)
    foreign.forget()
    with ExitStack() as running:
        with steps.step("engine") as step:
            report.stand_ins += workspace.prepare_engine(layout, step, ("aws", "kubernetes"))
            tools = toolchain.built(toolchain.KUBERNETES, step)
            player = toolchain.built(toolchain.SIMULATED_NODES, step) / "kwok"
        started = running.enter_context(programs.running(place.logs))
        with steps.step("cluster") as step:
            control = cluster.start(place.cluster, tools, player, started)
            step.note = control.server
        with steps.step("cloud") as step:
            sky = cloud.start(environment.account, site.region, control, started)
            step.note = sky.url
        api = running.enter_context(control.api())
        parts: dict[str, Part] = {
            "nodes": Joining(sky.client("eks"), sky.client("ec2"), api),
            "volumes": volumes.Provisioning(api),
        }
        running.enter_context(played(parts, place.logs))
        aws_command.install(place.bin, control.token)
        made_up = images.write_lock(place.images_lock)
        report.stand_ins += [
            *cloud.STAND_INS,
            *cluster.STAND_INS,
            volumes.STAND_IN,
            aws_command.STAND_IN,
            *([images.STAND_IN] if made_up else []),
        ]
        place.make_project(source)
        document = folder() / environment.name / changing.FILE
        facts = read_document(document).data
        changing.write(place.environments, environment.name, facts)
        stack = Stack(
            name=environment.name,
            variables=_variables(place, layout, sky),
            project=place.project,
        )
        yield Estate(
            environment=environment,
            facts=facts,
            place=place,
            stack=stack,
            cloud=sky,
            control=control,
            api=api,
            programs=started,
            born=inventory.born(sky),
        )


def _variables(place: Place, layout: Layout, sky: cloud.Cloud) -> dict[str, str]:
    """Variables with which the engine works on the rehearsal, and on nothing else."""
    place.backend.mkdir(parents=True)
    found = workspace.with_path(layout, workspace.environment(layout, place.root / "no-kubeconfig"))
    return {
        **found,
        **sky.variables,
        "PULUMI_BACKEND_URL": f"file://{place.backend}",
        "PATH": f"{place.bin}{os.pathsep}{found['PATH']}",
        ENVIRONMENTS: str(place.environments),
        "MIZAN_IMAGES_LOCK": str(place.images_lock),
    }


def _rehearse(estate: Estate, changes: list[changing.Change], steps: Steps, report: Report) -> None:
    with steps.step("up") as step:
        done = estate.up(step, "up")
        report.changes = done.changes
        report.resources = of_types(estate.resources())
        step.note = f"{sum(report.resources.values())} resources"
    with steps.step("verification") as step:
        report.verification = verify(estate.live())
        checked = sum(found.checked for found in report.verification.values())
        step.note = f"{checked} things in {len(report.verification)} subjects"
    with steps.step("up again") as step:
        report.repeated = estate.up(step, "up-again").changes
        step.note = in_words(report.repeated)
    with steps.step("changes") as step:
        report.tried = [
            tried for change in changes if (tried := _try(estate, change, step)) is not None
        ]
    with steps.step("destroy") as step:
        report.tried.append(_allow(estate, step))
        retained = estate.retained()
        report.retained = [urn.rpartition("::")[2] for urn in retained]
        done = estate.destroy(step)
        step.note = in_words(done.changes)
    with steps.step("leftovers") as step:
        report.left = estate.left(retained)
        told = estate.cloud.report()
        report.kept, report.answered_by_moto = told["kept"], sum(told["moto"].values())
        step.note = f"{len(report.retained)} kept as declared, {len(report.left)} besides"


def _try(estate: Estate, change: changing.Change, step: Step) -> Tried | None:
    """Make a change; None where the environment has no place for it."""
    facts = change.of(estate.facts)
    if facts is None:
        return None
    step.say(change.what)
    changing.write(estate.place.environments, estate.environment.name, facts)
    log = ("change-" + "-".join(change.what.split()))[:80]
    try:
        done = estate.up(step, log)
    except SandboxError as error:
        # What was refused is taken back, so that the other changes are tried all the same.
        changing.write(estate.place.environments, estate.environment.name, estate.facts)
        if change.refused is None:
            return Tried(change.what, "failed", faults=[error.cause])
        told = change.refused in error.cause
        return Tried(
            change.what,
            f"refused: {error.cause}",
            faults=[] if told else [f"the refusal does not say {change.refused!r}"],
        )
    estate.facts = facts
    outcome = _outcome(change, done)
    if change.refused is not None:
        outcome.faults.append("it was not refused")
    return outcome


def _allow(estate: Estate, step: Step) -> Tried:
    """Lift the protection of what holds data; nothing is to end by that alone."""
    allowance.write(estate.place.allowances)
    allowed = {allowance.VARIABLE: str(estate.place.allowances)}
    estate.stack = replace(estate.stack, variables={**estate.stack.variables, **allowed})
    done = estate.up(step, "up-allowed")
    what = "the end of what holds data is allowed until tomorrow"
    change = changing.Change(what=what, at=(), action=("value", None))
    return _outcome(change, done)


def _outcome(change: changing.Change, done: Deployment) -> Tried:
    return Tried(
        what=change.what,
        outcome=in_words(done.changes),
        operations=counted(done.operations),
        faults=change.faults(done.operations),
    )
