"""`rehearse-loss`: two sites brought up, the first one killed, the written order of failover."""

import os
import random
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Final

from environments import Environment, Network, OnPremises, load
from sandbox import machine
from sandbox.faults import SandboxError
from sandbox.lock import Holder, locked
from sandbox.loss import chain, region, remains, second, sizes
from sandbox.loss.region import Expected, Region
from sandbox.loss.report import Loss, compared, show
from sandbox.loss.second import Second
from sandbox.loss.witness import Witness
from sandbox.machine import PeakMemory
from sandbox.progress import Step, Steps
from sandbox.rehearsal import changing, rehearse
from sandbox.rehearsal.estate import Estate
from sandbox.rehearsal.place import Place
from sandbox.rehearsal.report import Report

SEED: Final = "MIZAN_SEED"
LONGEST_WAIT_SECONDS: Final = 60
"""The loss comes at a random moment of the time between two runs of the copying."""


def lose(name: str, witnesses: Sequence[Witness] = ()) -> None:
    """Bring both sites of `name` up, lose the first, take over at the second, and say what it cost.

    Args:
        name: Name of an environment with a second site.
        witnesses: What is compared besides.

    Raises:
        SandboxError: Something did not hold; the report says what.
        InvalidEnvironmentError: The environment's file breaks a law of the model.
    """
    environment = load(name)
    site = second.told(environment)
    machine.require_root()
    place = remains.place(name)
    steps = Steps()

    def waiting(holder: Holder) -> None:
        steps.say(f"{holder} holds this rehearsal; waiting for its end")

    with locked(place.lock, f"make rehearse-loss ENV={name}", waiting):
        # An earlier one that was killed may have left its cluster.
        remains.clear(name, site.name)
        place.clear()
        loss = Loss(name, os.environ.get(SEED) or secrets.token_hex(4))
        memory = PeakMemory(os.getpid())
        try:
            course = Course(place=place, steps=steps, loss=loss, witnesses=witnesses)
            _lose(environment, site, course)
        except SandboxError as error:
            loss.ended_at = error.cause
            raise
        finally:
            for witness in witnesses:
                witness.end()
            loss.seconds = {**steps.seconds, "total": steps.total}
            loss.peak_memory_gib = memory.gib
            loss.held = "comparison" in steps.seconds and not loss.faults()
            loss.write(place.report)
            place.clear(place.report, place.logs)
        show(loss)
    if not loss.held:
        raise SandboxError(
            f"The loss of the first site of {name} was not survived: {loss.faults()[0]}",
            f"the whole report is {place.report}; logs are in {place.logs}.",
        )


@dataclass(frozen=True, kw_only=True)
class Course:
    """One rehearsal, as it goes on."""

    place: Place
    steps: Steps
    loss: Loss
    witnesses: Sequence[Witness]


def _lose(environment: Environment, site: OnPremises, course: Course) -> None:
    place, steps, loss = course.place, course.steps, course.loss
    loss.stand_ins = [*region.STAND_INS, chain.STAND_IN, *second.STAND_INS]
    for witness in course.witnesses:
        loss.stand_ins += witness.stand_ins
    told = Report(environment.name)
    with rehearse.standing(environment, place, steps, told) as estate:
        loss.stand_ins = [*told.stand_ins, *loss.stand_ins]
        estate.facts = sizes.lowered(estate.facts)
        changing.write(place.environments, environment.name, estate.facts)
        far = _far(environment.network)
        one, expected = _first(estate, far, course)
        with _second(site, {f"{far}:{second.PORT}": one.port}, course) as two:
            loss.stand_ins += two.embedded.stand_ins
            with steps.step("site two") as step, two.credential_given(one, region.ACCOUNT):
                done = two.up(one, far, step, "site-two")
                loss.resources[two.name] = sum(done.changes.values())
            with two.resolved():
                lost_at = _go_on(one, two, expected, course)
                _take_over(one, two, expected, lost_at, course)
                _compare(one, two, lost_at, course)


def _far(network: Network | None) -> str:
    """An address of the region's network for its S3, as an interface there has one."""
    if network is None:
        raise TypeError("a region without a network")
    return str(next(ip_network(network.cidr).hosts()))


def _first(estate: Estate, far: str, course: Course) -> tuple[Region, Expected]:
    """The region, with a release that it signed."""
    with course.steps.step("site one") as step:
        done = estate.up(step, "site-one")
        name = estate.environment.sites.primary.name
        course.loss.resources[name] = sum(done.changes.values())
    with course.steps.step("release") as step:
        one = region.opened(estate, done.outputs, [far])
        expected = one.sign(step)
        course.loss.release = {
            "model": expected.model, "key": expected.key, "versions": dict(expected.versions),
        }  # fmt: skip
        step.note = f"{expected.model}, signed by {expected.key[:16]}"
    return one, expected


@contextmanager
def _second(site: OnPremises, outward: dict[str, int], course: Course) -> Iterator[Second]:
    """The cluster of site two; its start and its end are steps of their own."""
    with ExitStack() as running:
        with course.steps.step("cluster of site two") as step:
            two = running.enter_context(second.standing(course.place, site, outward, step))
        yield two
        with course.steps.step("end"):
            running.close()


def _go_on(one: Region, two: Second, expected: Expected, course: Course) -> datetime:
    """Let both sites work, and kill the first at a random moment; that moment."""
    chance = random.Random(course.loss.seed)  # noqa: S311 - spreads sizes and moments only
    copied = list(two.copies(one))
    with course.steps.step("work of both sites") as step:
        for witness in course.witnesses:
            witness.begin()
        one.fill(copied, chance)
        one.go_on(copied)
        two.await_complete(two.s3(), datetime.now(UTC), step)
        two.answers(expected)
        step.waiting_for = "the moment of the loss"
        time.sleep(LONGEST_WAIT_SECONDS * chance.random())
    with course.steps.step("loss") as step:
        lost_at = one.kill()
        for witness in course.witnesses:
            witness.lose()
        step.note = f"site one was killed at {lost_at:%H:%M:%S.%f}"
    return lost_at


def _take_over(
    one: Region, two: Second, expected: Expected, lost_at: datetime, course: Course
) -> None:
    """Ask the site as it stands, follow the written order, and ask again."""
    loss = course.loss
    with course.steps.step("failover") as step:
        _, at = two.await_answers(expected)
        loss.rto_seconds["first answer of the site, as it stood"] = _since(lost_at, at)
        _failover(one, two, step, loss)
        answers, at = two.await_answers(expected)
        loss.rto_seconds["serving, with room for everybody"] = _since(lost_at, at)
        loss.answers = {a.variant: {"given": a.given, "wanted": a.wanted} for a in answers}


def _compare(one: Region, two: Second, lost_at: datetime, course: Course) -> None:
    """Read every copy to its end, and tell what is lost."""
    loss = course.loss
    with course.steps.step("comparison") as step:
        s3 = two.s3()
        complete = two.complete(s3)
        if complete is None:
            raise SandboxError("No run of the copying was complete.", "see its logs.")
        held = two.held(s3, two.copies(one))
        loss.rto_seconds["data, all of it read and compared"] = _since(lost_at, datetime.now(UTC))
        started = datetime.fromisoformat(complete["started"])
        loss.last_complete_run = complete
        loss.objects = compared(one.written, held, started, lost_at)
        for witness in course.witnesses:
            loss.witnessed[witness.name] = dict(witness.compare(lost_at))
        step.note = f"{loss.objects.compared} objects"


def _failover(one: Region, two: Second, step: Step, loss: Loss) -> None:
    """The written order of `docs/recovery.md`, but for what people and the own DNS do."""
    ask, estate = two.cluster.ask, one.estate
    with _timed(loss, "1. copying suspended"):
        patch = '{"spec":{"suspend":true}}'
        ask("-n", second.COPYING, "patch", "cronjob", second.COPYING, "-p", patch)
    with _timed(loss, "4. room for everybody: serving raised, and the site brought up"):
        changing.write(
            estate.place.environments, estate.environment.name, sizes.raised(estate.facts)
        )
        two.up_again(step, "site-two-raised")
    with _timed(loss, "5. every pod on the newest release that was copied"):
        ask("-n", "serving", "rollout", "restart", "deployment", "serving")
        ask("-n", "serving", "rollout", "status", "deployment", "serving", "--timeout=600s")


@contextmanager
def _timed(loss: Loss, what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    loss.failover[what] = round(time.monotonic() - began, 1)


def _since(moment: datetime, now: datetime) -> float:
    return round((now - moment).total_seconds(), 3)
