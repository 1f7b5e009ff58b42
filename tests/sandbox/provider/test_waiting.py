"""Waiting for what pods do; there are no nodes here, so the tests play the kubelet."""

import contextlib
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.provider.control_plane import ControlPlane
from tests.sandbox.provider.project import Project

pytestmark = pytest.mark.engine

TEAM = 'team = k8s.core.v1.Namespace("NAME", metadata={"name": "NAME"})\n'
DEPLOYMENT = """
web = k8s.apps.v1.Deployment(
    "web",
    metadata={
        "name": "web", "namespace": team.metadata.name,
        "annotations": {"pulumi.com/timeoutSeconds": "SECONDS"},
    },
    spec={
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "server", "image": "absent"}]},
        },
    },
)
service = k8s.core.v1.Service(
    "web",
    metadata={"name": "web", "namespace": team.metadata.name},
    spec={"selector": {"app": "web"}, "ports": [{"port": 80}]},
    opts=pulumi.ResourceOptions(depends_on=[web]),
)
"""
JOB = """
job = k8s.batch.v1.Job(
    "load",
    metadata={"name": "load", "namespace": team.metadata.name},
    spec={
        "backoffLimit": 0,
        "template": {"spec": {
            "restartPolicy": "Never", "containers": [{"name": "loader", "image": "absent"}],
        }},
    },
)
"""

# The controller leaves pods without a node out of its own slices.
ENDPOINTS = """
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: by-hand, namespace: await, labels: {kubernetes.io/service-name: web}}
addressType: IPv4
endpoints: [{addresses: [10.244.0.9], conditions: {ready: true}}]
"""

PULLING = {
    "phase": "Pending",
    "containerStatuses": [
        {
            "name": "server",
            "image": "absent",
            "imageID": "",
            "ready": False,
            "restartCount": 0,
            "state": {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}},
        }
    ],
}
READY = {
    "phase": "Running",
    "podIP": "10.244.0.9",
    "podIPs": [{"ip": "10.244.0.9"}],
    "conditions": [
        {"type": "Ready", "status": "True", "lastTransitionTime": "2020-01-01T00:00:00Z"}
    ],
    "containerStatuses": [
        {
            "name": "server",
            "image": "absent",
            "imageID": "",
            "ready": True,
            "restartCount": 0,
            "state": {"running": {}},
        }
    ],
}


def ended(status: int, message: str) -> dict[str, Any]:
    state = {"terminated": {"exitCode": status, "reason": "Error", "message": message}}
    return {
        "phase": "Failed" if status else "Succeeded",
        "containerStatuses": [
            {
                "name": "loader",
                "image": "absent",
                "imageID": "",
                "ready": False,
                "restartCount": 0,
                "state": state,
            }
        ],
    }


@contextlib.contextmanager
def kubelet(plane: ControlPlane, namespace: str, status: dict[str, Any]) -> Iterator[None]:
    """Give every pod of a namespace a status for as long as the block runs."""
    stop = threading.Event()
    patch = json.dumps({"status": status})

    def play() -> None:
        given: set[str] = set()
        while not stop.wait(0.2):
            names = plane.kubectl("get", "pods", "-n", namespace, "-o", "name", check=False)
            for pod in set(names.split()) - given:
                where = ("-n", namespace, pod, "--subresource=status")
                plane.kubectl("patch", *where, "-p", patch, check=False)
                given.add(pod)

    thread = threading.Thread(target=play, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_a_deployment_is_awaited_with_the_reason_it_is_not_there(
    project: Project, plane: ControlPlane
) -> None:
    team = TEAM.replace("NAME", "await")
    project.write(team + DEPLOYMENT.replace("SECONDS", "3"))
    with kubelet(plane, "await", PULLING):
        late = project.up().expect_failure().output
    assert "0 of 1 replicas available" in late
    assert "ImagePullBackOff: no such image" in late
    assert "Deployment await/web is not ready after 3 s" in late

    # The state knows the object, so the next run waits for the same one and goes on.
    uid = plane.kubectl("get", "-n", "await", "deployment/web", "-o", "jsonpath={.metadata.uid}")
    project.write(team + DEPLOYMENT.replace("SECONDS", "30"))
    plane.kubectl("apply", "-f", "-", given=ENDPOINTS)
    with kubelet(plane, "await", READY):
        project.up().expect_success()
    kept = plane.kubectl("get", "-n", "await", "deployment/web", "-o", "jsonpath={.metadata.uid}")
    assert kept == uid


def test_a_failed_job_says_why_and_runs_anew_at_the_next_update(
    project: Project, plane: ControlPlane
) -> None:
    project.write(TEAM.replace("NAME", "jobs") + JOB)
    with kubelet(plane, "jobs", ended(3, "the table has no rows")):
        failed = project.up().expect_failure().output
    assert "Job jobs/load failed: BackoffLimitExceeded" in failed
    assert "container loader of Pod jobs/load-" in failed
    assert "ended with status 3" in failed
    assert "the table has no rows" in failed

    with kubelet(plane, "jobs", ended(0, "")):
        replaced = project.up().expect_success().output
    assert "replace" in replaced
    assert "3 unchanged" in project.up().expect_success().output
