"""`rehearse-loss`: two sites brought up, the first one killed, the written order of failover."""

import os
import random
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
from sandbox.machine import PeakMemory
from sandbox.progress import Step, Steps
from sandbox.rehearsal import changing, rehearse
from sandbox.rehearsal.estate import Estate
from sandbox.rehearsal.place import Place
from sandbox.rehearsal.report import Report

SEED: Final = "MIZAN_SEED"
LONGEST_WAIT_SECONDS: Final = 60
"""The loss comes at a random moment of the time between two runs of the copying."""


def lose(name: str) -> None:
    """Bring both sites of `name` up, lose the first, take over at the second, and say what it cost.

    Args:
        name: Name of an environment with a second site.

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
            _lose(environment, site, place, steps, loss)
        except SandboxError as error:
            loss.ended_at = error.cause
            raise
        finally:
            loss.seconds = {**steps.seconds, "total": steps.total}
            loss.peak_memory_gib = memory.gib
            loss.held = "comparison" in steps.seconds and not loss.faults()
            loss.write(place.report)
        show(loss)
    if not loss.held:
        raise SandboxError(
            f"The loss of the first site of {name} was not survived: {loss.faults()[0]}",
            f"the whole report is {place.report}; logs are in {place.logs}.",
        )


def _lose(
    environment: Environment, site: OnPremises, place: Place, steps: Steps, loss: Loss
) -> None:
    loss.stand_ins = [*region.STAND_INS, chain.STAND_IN, *second.STAND_INS]
    told = Report(environment.name)
    with rehearse.standing(environment, place, steps, told) as estate:
        loss.stand_ins = [*told.stand_ins, *loss.stand_ins]
        estate.facts = sizes.lowered(estate.facts)
        changing.write(place.environments, environment.name, estate.facts)
        far = _far(environment.network)
        one, expected = _first(estate, far, steps, loss)
        outward = {f"{far}:{second.PORT}": one.port}
        with _second(place, site, outward, steps) as two:
            loss.stand_ins += two.embedded.stand_ins
            with steps.step("site two") as step, two.credential_given(one, region.ACCOUNT):
                done = two.up(one, far, step, "site-two")
                loss.resources[two.name] = sum(done.changes.values())
            _survive(one, two, expected, steps, loss)


def _far(network: Network | None) -> str:
    """An address of the region's network for its S3, as an interface there has one."""
    if network is None:
        raise TypeError("a region without a network")
    return str(next(ip_network(network.cidr).hosts()))


def _first(estate: Estate, far: str, steps: Steps, loss: Loss) -> tuple[Region, Expected]:
    """The region, with a release that it signed."""
    with steps.step("site one") as step:
        done = estate.up(step, "site-one", previewed=False)
        loss.resources[estate.environment.sites.primary.name] = sum(done.changes.values())
    with steps.step("release") as step:
        one = region.opened(estate, done.outputs, [far])
        expected = one.sign(step)
        loss.release = {
            "model": expected.model, "key": expected.key, "versions": dict(expected.versions),
        }  # fmt: skip
        step.note = f"{expected.model}, signed by {expected.key[:16]}"
    return one, expected


@contextmanager
def _second(
    place: Place, site: OnPremises, outward: dict[str, int], steps: Steps
) -> Iterator[Second]:
    with steps.step("cluster of site two") as step:
        entered = second.standing(place, site, outward, step)
        two = entered.__enter__()
    try:
        yield two
    finally:
        with steps.step("end"):
            entered.__exit__(None, None, None)


def _survive(one: Region, two: Second, expected: Expected, steps: Steps, loss: Loss) -> None:
    chance = random.Random(loss.seed)  # noqa: S311 - spreads sizes and moments, guards nothing
    copies = two.copies(one)
    with two.resolved():
        s3 = two.s3()
        with steps.step("work of both sites") as step:
            one.fill(list(copies), chance)
            one.go_on(list(copies))
            began = datetime.now(UTC)
            two.await_complete(s3, began, step)
            two.answers(expected)
            pause = LONGEST_WAIT_SECONDS * chance.random()
            step.waiting_for = "the moment of the loss"
            time.sleep(pause)
        with steps.step("loss") as step:
            lost_at = one.kill()
            answers, at = two.await_answers(expected)
            loss.rto_seconds["first answer of the site, as it stood"] = _since(lost_at, at)
            step.note = f"site one was killed at {lost_at:%H:%M:%S.%f}"
        with steps.step("failover") as step:
            _failover(one, two, step, loss)
            answers, at = two.await_answers(expected)
            loss.rto_seconds["serving, with room for everybody"] = _since(lost_at, at)
            loss.answers = {a.variant: {"given": a.given, "wanted": a.wanted} for a in answers}
        with steps.step("comparison") as step:
            complete = two.complete(s3)
            if complete is None:
                raise SandboxError("No run of the copying was complete.", "see its logs.")
            held = two.held(s3, copies)
            loss.rto_seconds["data, all of it read and compared"] = _since(
                lost_at, datetime.now(UTC)
            )
            started = datetime.fromisoformat(complete["started"])
            loss.last_complete_run = complete
            loss.objects = compared(one.written, held, started, lost_at)
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
        ask("-n", "serving", "rollout", "status", "deployment", "serving", "--timeout=300s")


@contextmanager
def _timed(loss: Loss, what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    loss.failover[what] = round(time.monotonic() - began, 1)


def _since(moment: datetime, now: datetime) -> float:
    return round((now - moment).total_seconds(), 3)
