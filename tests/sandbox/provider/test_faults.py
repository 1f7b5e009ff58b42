"""What goes wrong: refusals by the cluster, a killed engine, finalizers, no cluster at all."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sandbox.provider.control_plane import ControlPlane
from tests.sandbox.provider.project import Project

pytestmark = pytest.mark.engine

DEFINITION = """
definition = k8s.apiextensions.v1.CustomResourceDefinition(
    "widgets",
    # It waits for its widgets, held or not; its own clean-up on a busy server takes seconds.
    metadata={
        "name": "widgets.example.org", "annotations": {"pulumi.com/timeoutSeconds": "20"},
    },
    spec={
        "group": "example.org", "scope": "Namespaced",
        "names": {"kind": "Widget", "plural": "widgets", "singular": "widget"},
        "versions": [{
            "name": "v1", "served": True, "storage": True,
            "schema": {"openAPIV3Schema": {
                "type": "object",
                "properties": {"spec": {
                    "type": "object",
                    "properties": {"size": {"type": "integer"}, "shape": {
                        "type": "string",
                        "x-kubernetes-validations": [
                            {"rule": "self == oldSelf", "message": "shape is immutable"}
                        ],
                    }},
                }},
            }},
        }],
    },
)
widget = k8s.apiextensions.CustomResource(
    "gear",
    api_version="example.org/v1", kind="Widget",
    metadata={
        "name": "gear", "finalizers": FINALIZERS,
        "annotations": {"pulumi.com/timeoutSeconds": "2"},
    },
    spec={"size": 3, "shape": "SHAPE"},
)
"""


def test_custom_kinds_are_made_with_their_definition_and_finalizers_are_waited_for(
    project: Project, plane: ControlPlane
) -> None:
    program = DEFINITION.replace("FINALIZERS", '["example.org/held"]')
    project.write(program.replace("SHAPE", "round"))
    previewed = project.preview().expect_success().output
    assert "this update defines its kind example.org/v1/Widget" in previewed
    project.up().expect_success()
    assert "3 unchanged" in project.up().expect_success().output

    changed = program.replace("SHAPE", "square").replace("held", "freed")
    project.write(changed)
    assert "replace" in project.preview().expect_success().output

    held = project.destroy().expect_failure().output
    assert "Widget default/gear is still there 2 s after" in held
    assert "held by finalizers example.org/held" in held
    patch = '{"metadata": {"finalizers": null}}'
    plane.kubectl("patch", "widgets/gear", "--type=merge", "-p", patch)
    project.destroy().expect_success()
    assert plane.kubectl("get", "crds", "-o", "name") == ""


def test_admission_is_heard_at_preview(project: Project, plane: ControlPlane) -> None:
    plane.kubectl("create", "namespace", "strict")
    level = "pod-security.kubernetes.io/enforce=restricted"
    warn = "pod-security.kubernetes.io/warn=restricted"
    plane.kubectl("label", "namespace", "strict", level, warn)
    project.write(
        """
        spec = {"containers": [{"name": "c", "image": "i"}]}
        place = {"namespace": "strict"}
        web = k8s.apps.v1.Deployment("web", metadata=place, spec={
            "selector": {"matchLabels": {"a": "b"}},
            "template": {"metadata": {"labels": {"a": "b"}}, "spec": spec},
        })
        after = pulumi.ResourceOptions(depends_on=[web])
        k8s.core.v1.Pod("bare", metadata=place, spec=spec, opts=after)
        """
    )
    refused = project.preview().expect_failure().output
    assert 'violates PodSecurity "restricted' in refused
    assert "warning: would violate PodSecurity" in refused
    assert "Traceback" not in refused
    assert "provider.py" not in refused, "stack traces are for developers"


def test_a_killed_engine_leaves_nothing_that_blocks_the_next_update(
    project: Project, plane: ControlPlane
) -> None:
    project.write(
        """
        k8s.core.v1.ConfigMap("before", metadata={"name": "before"}, data={"a": "b"})
        k8s.core.v1.PersistentVolumeClaim("late", metadata={"name": "late"}, spec={
            "accessModes": ["ReadWriteOnce"], "storageClassName": "",
            "resources": {"requests": {"storage": "1Gi"}},
        })
        """
    )
    engine = project.start("up", "--yes", "--skip-preview")
    try:
        wait_for(lambda: plane.kubectl("get", "pvc/late", "-o", "name", check=False) != "")
        plugins = children(engine.pid)
        assert len(plugins) >= 2, "the language host and the provider run under the engine"
    finally:
        engine.send_signal(signal.SIGKILL)
        engine.communicate()
    wait_for(lambda: not any(Path(f"/proc/{plugin}").exists() for plugin in plugins))

    uid = plane.kubectl("get", "pvc/late", "-o", "jsonpath={.metadata.uid}")
    volume = """
    {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "late"}, "spec": {
      "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"],
      "claimRef": {"namespace": "default", "name": "late"},
      "persistentVolumeReclaimPolicy": "Retain", "hostPath": {"path": "/tmp"}}}
    """
    plane.kubectl("apply", "-f", "-", given=volume)
    project.run("cancel", "--yes").expect_success()
    project.up().expect_success()
    assert plane.kubectl("get", "pvc/late", "-o", "jsonpath={.metadata.uid}") == uid
    assert "3 unchanged" in project.up().expect_success().output


def test_a_job_that_a_killed_engine_left_is_replaced_where_it_cannot_be_changed(
    project: Project, plane: ControlPlane
) -> None:
    program = """
        k8s.batch.v1.Job(
            "late", metadata={"name": "late", "annotations": {"pulumi.com/skipAwait": "SKIP"}},
            spec={"template": {"spec": {
                "restartPolicy": "Never", "containers": [{"name": "c", "image": "IMAGE"}],
            }}},
        )
        """
    project.write(program.replace("IMAGE", "one").replace("SKIP", "false"))
    engine = project.start("up", "--yes", "--skip-preview")
    try:
        wait_for(lambda: plane.kubectl("get", "job/late", "-o", "name", check=False) != "")
    finally:
        engine.send_signal(signal.SIGKILL)
        engine.communicate()
    project.write(program.replace("IMAGE", "two").replace("SKIP", "true"))
    project.run("cancel", "--yes").expect_success()
    project.up().expect_success()
    path = "jsonpath={.spec.template.spec.containers[0].image}"
    assert plane.kubectl("get", "job/late", "-o", path) == "two"
    assert "2 unchanged" in project.up().expect_success().output


def test_a_claim_that_a_killed_engine_left_keeps_its_data(
    project: Project, plane: ControlPlane
) -> None:
    program = """
        k8s.core.v1.PersistentVolumeClaim("late", metadata={"name": "late"}, spec={
            "accessModes": ["MODE"], "storageClassName": "",
            "resources": {"requests": {"storage": "1Gi"}},
        })
        """
    project.write(program.replace("MODE", "ReadWriteOnce"))
    engine = project.start("up", "--yes", "--skip-preview")
    try:
        wait_for(lambda: plane.kubectl("get", "pvc/late", "-o", "name", check=False) != "")
    finally:
        engine.send_signal(signal.SIGKILL)
        engine.communicate()
    uid = plane.kubectl("get", "pvc/late", "-o", "jsonpath={.metadata.uid}")
    project.write(program.replace("MODE", "ReadWriteMany"))
    project.run("cancel", "--yes").expect_success()
    refused = project.up().expect_failure().output
    assert "immutable" in refused
    assert plane.kubectl("get", "pvc/late", "-o", "jsonpath={.metadata.uid}") == uid


def test_an_object_declared_twice_is_refused_before_anything_changes(project: Project) -> None:
    project.write(
        """
        k8s.core.v1.ConfigMap("first", metadata={"name": "same"}, data={"a": "b"})
        k8s.core.v1.ConfigMap("second", metadata={"name": "same"}, data={"a": "c"})
        """
    )
    refused = project.preview().expect_failure().output
    assert "ConfigMap default/same is declared twice" in refused


def test_a_cluster_that_does_not_answer_is_named(project: Project, tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    elsewhere = tmp_path / "elsewhere.kubeconfig"
    usual = Path(project.environment["KUBECONFIG"]).read_text()
    server = next(line for line in usual.splitlines() if "server:" in line)
    right = server.split('"')[1]
    elsewhere.write_text(usual.replace(right, f"https://127.0.0.1:{port}"))
    project.environment["KUBECONFIG"] = str(elsewhere)
    project.write('k8s.core.v1.ConfigMap("any", data={"a": "b"})')
    refused = project.preview().expect_failure().output
    assert f"https://127.0.0.1:{port} does not answer (Connection refused)" in refused
    assert "point KUBECONFIG" in refused


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.2)


def children(pid: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    ).stdout
    return [int(child) for child in listed.split() if int(child) != os.getpid()]
