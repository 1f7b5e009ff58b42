"""Programs that are killed on the running platform, which mends itself."""

import json
import os
import signal

import pytest

from sandbox.cluster.launch import NODE_READY
from sandbox.cluster.specification import group_name
from sandbox.faults import SandboxError
from tests.support.host import eventually, running

pytestmark = pytest.mark.fault


def ready(cluster, namespace, name):
    path = "jsonpath={.status.conditions[?(@.type=='Ready')].status}"
    return cluster.ask("-n", namespace, "get", "pod", name, "-o", path) == "True"


def answers(service, path, body):
    try:
        return bool(json.loads(service.request(path, body))["outputs"])
    except SandboxError:
        return False


@pytest.mark.parametrize("program", ["kubelet", "versitygw"])
def test_a_killed_program_comes_back_and_serving_answers(
    cluster, layout, serving, infer, example, unchanged, program
):
    group = group_name(layout.environment, layout.node)
    (before,) = running(group, layout.node, program)
    os.kill(before, signal.SIGKILL)
    eventually(
        lambda: running(group, layout.node, program) not in ([], [before]),
        60,
        f"{program} to run again",
    )
    eventually(
        lambda: cluster.ask("get", "nodes", "-o", f"jsonpath={NODE_READY}") == "True",
        60,
        "the node to be Ready",
    )
    eventually(lambda: ready(cluster, "storage", "store-0"), 60, "the store to be Ready")
    assert answers(serving, infer, example)
    # A new pod reads the store through a living kubelet.
    cluster.ask("-n", "serving", "delete", "pod", "-l", "app.kubernetes.io/name=serving")
    eventually(lambda: answers(serving, infer, example), 120, "a new pod to answer")
    unchanged()
