"""`up` killed at five moments, then `up`, then `down`: it completes, and nothing stays."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from sandbox.cluster import Cluster
from sandbox.cluster.specification import group_name
from sandbox.faults import SandboxError
from sandbox.layout import PROJECT
from sandbox.ports import ports
from sandbox.verification import services
from tests.support.host import eventually, traces

pytestmark = pytest.mark.acceptance
SECONDS = 1800


def count(layout, kind) -> int:
    cluster = Cluster(layout.kubeconfig, layout.bin / "kubectl")
    try:
        return len(json.loads(cluster.ask("get", kind, "-A", "-o", "json"))["items"])
    except SandboxError:
        return 0  # not up yet


def training_runs(layout) -> bool:
    cluster = Cluster(layout.kubeconfig, layout.bin / "kubectl")
    path = "jsonpath={.items[*].status.active}"
    try:
        return cluster.ask("-n", "training", "get", "jobs", "-o", path) == "1"
    except SandboxError:
        return False


# Each a moment later than the one before, seen from outside.
MOMENTS: dict[str, Callable] = {
    "the cluster starts": lambda layout: (layout.node / "keeper.json").exists(),
    "images go to the node": lambda layout: (
        (layout.node / "started").exists() and (layout.state / "images.lock").exists()
    ),
    "the deployment begins": lambda layout: count(layout, "networkpolicies") >= 1,
    "the deployment is half way": lambda layout: count(layout, "statefulsets") >= 1,
    "a Job runs": training_runs,
}


def up(layout):
    log = (PROJECT / ".sandbox" / "interruption.log").open("ab")
    with log:
        return subprocess.Popen(
            [sys.executable, "-m", "sandbox", "up", layout.environment], stdout=log, stderr=log
        )


def test_up_survives_being_killed_at_five_moments_and_down_leaves_the_machine_as_it_was(
    layout, environment, sandbox
):
    assert not layout.state.exists(), "this test brings the environment up itself: `make down`"
    group = group_name(layout.environment, layout.node)
    before = traces(group, PROJECT)
    assert before["groups"] == before["loops"] == []
    for moment, has_come in MOMENTS.items():
        process = up(layout)
        try:
            eventually(
                lambda process=process, has_come=has_come: (
                    process.poll() is not None or has_come(layout)
                ),
                SECONDS,
                moment,
            )
            assert process.poll() is None, f"up ended before {moment}"
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
    done = sandbox("up", layout.environment)
    assert done.returncode == 0, done.stdout + done.stderr
    cluster = Cluster(layout.kubeconfig, layout.bin / "kubectl")
    serving = services(cluster, ports().serving, layout)[0]
    example = json.loads(layout.summary.read_text())["answers"]["example"]
    body = {**example, "parameters": {"subject_id": "passenger-1"}}
    path = f"/v2/models/{environment.workloads.serving.model}/infer"
    assert json.loads(serving.request(path, body))["outputs"]

    assert traces(group, PROJECT) != before, "these traces tell an up from none"
    done = sandbox("down", layout.environment)
    assert done.returncode == 0, done.stdout + done.stderr
    eventually(
        lambda: traces(group, PROJECT) == before,
        30,
        f"{traces(group, PROJECT)} to be {before}",
    )
    assert not layout.state.exists()
