"""`up` of a cloud environment, killed at a random moment: the next one completes it.

Nothing is made twice, nothing is forgotten: what the cloud holds is what the stack knows.
"""

import contextlib
import os
import random
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import deployment

SEED = os.environ.get("MIZAN_SEED") or secrets.token_hex(4)
RESOURCES = 28
LONGEST_PAUSE_SECONDS = 0.4
SECONDS = 300
QUICK = ["up", "--yes", "--skip-preview"]


def descendants(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield int(child)
            yield from descendants(int(child))


def kill(process: subprocess.Popen) -> None:
    """End the engine and all its plugins at once, as a crash of the machine would."""
    for pid in [process.pid, *descendants(process.pid)]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def killed_up(estate, resources: int, pause: float) -> None:
    """Begin an `up`, and kill it when so many resources are begun."""
    deployment.ensure_stack(estate.stack)
    command = ["pulumi", *QUICK, "--stack", estate.stack.name, "--non-interactive",
               "--color", "never"]  # fmt: skip
    with subprocess.Popen(
        command, cwd=estate.stack.project, env={**os.environ, **estate.stack.variables},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as engine:  # fmt: skip
        begun = 0
        deadline = time.monotonic() + SECONDS
        for line in engine.stdout:
            begun += " creating" in line or " created" in line
            if begun >= resources or time.monotonic() > deadline:
                break
        time.sleep(pause)
        assert engine.poll() is None or begun >= resources, "it ended before it was killed"
        kill(engine)


def moments(count: int) -> list[tuple[int, float]]:
    """How many resources are begun, and how long after; one for each `count`-th part of an up."""
    chance = random.Random(SEED)  # noqa: S311 - spreads moments, guards nothing
    part = 2 * RESOURCES / count
    return [
        (1 + int(part * number + chance.random() * part), chance.random() * LONGEST_PAUSE_SECONDS)
        for number in range(count)
    ]


def named(moment: tuple[int, float]) -> str:
    return f"after-{moment[0]}-and-{moment[1]:.2f}s-of-seed-{SEED}"


def converges(estate, step, moment: tuple[int, float]) -> None:
    killed_up(estate, *moment)
    estate.settle(step, "settle")
    deployment.operate(QUICK, estate.stack, step, estate.place.logs / "after.log")
    assert not estate.orphans()
    state = deployment.exported(estate.stack)["deployment"]
    assert not state.get("pending_operations")
    assert not [one["urn"] for one in state["resources"] if one.get("delete")]
    again = deployment.operate(QUICK, estate.stack, step, estate.place.logs / "again.log")
    assert again.changes == {}, "what was recovered differs from what was declared"


@pytest.mark.engine
@pytest.mark.parametrize("moment", moments(2), ids=named)
def test_a_killed_up_is_completed_by_the_next(estate, step, moment):
    converges(estate, step, moment)


@pytest.mark.acceptance
@pytest.mark.parametrize("moment", moments(10), ids=named)
def test_ten_killed_ups_are_completed_by_the_next(estate, step, moment):
    converges(estate, step, moment)
