"""The played cluster: pods come to rest on played nodes, claims get volumes, and nothing stays."""

import json
from pathlib import Path

import pytest
from kubernetes import client

from sandbox import toolchain
from sandbox.commands import run
from sandbox.progress import Steps
from sandbox.rehearsal import cluster, programs, volumes
from sandbox.rehearsal.machines import Machine
from sandbox.rehearsal.nodes import Group, nodes
from tests.support.host import eventually

pytestmark = pytest.mark.engine

ZONE = "me-central-1b"
MACHINE = Machine(
    instance_type="g5.xlarge",
    cpus=4,
    memory_mib=16384,
    architecture="amd64",
    pods=58,
    devices={"nvidia.com/gpu": 1},
)
GROUP = Group(
    name="training",
    labels={"mizan.ae/pool": "training"},
    taints=[{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}],
    instance_type="g5.xlarge",
    zones={ZONE: 1},
)
CLAIM = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "data", "namespace": "default"},
    "spec": {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "disks",
        "resources": {"requests": {"storage": "1Gi"}},
    },
}
JOB = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"name": "training", "namespace": "default"},
    "spec": {
        "template": {
            "spec": {
                "restartPolicy": "Never",
                "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}],
                "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}],
                "containers": [
                    {
                        "name": "main",
                        "image": "nothing-is-pulled",
                        "resources": {"limits": {"nvidia.com/gpu": "1"}},
                    }
                ],
            }
        }
    },
}


@pytest.fixture
def started(tmp_path: Path):
    with Steps().step("test") as step, programs.running(tmp_path / "logs") as running:
        tools = toolchain.built(toolchain.KUBERNETES, step)
        kwok = toolchain.built(toolchain.SIMULATED_NODES, step) / "kwok"
        yield cluster.start(tmp_path / "cluster", tools, kwok, running)


def test_a_job_with_a_gpu_and_a_volume_runs_to_its_end_on_a_played_node(started):
    disks = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "disks"},
        "provisioner": volumes.DRIVER,
        "parameters": {"encrypted": "true", "kmsKeyId": "key"},
        "volumeBindingMode": "WaitForFirstConsumer",
    }
    words = [started.kubectl, "--kubeconfig", started.kubeconfig, "apply", "-f", "-"]
    made = [*nodes(GROUP, MACHINE, "me-central-1"), disks, CLAIM, JOB]
    eventually(lambda: _applied(words, made), 20, "the objects to be taken")
    with started.api() as api:
        provision = volumes.Provisioning(api)
        core, batch = client.CoreV1Api(api), client.BatchV1Api(api)

        def succeeded() -> bool:
            provision()
            return batch.read_namespaced_job("training", "default").status.succeeded == 1

        eventually(succeeded, 40, "the Job to succeed")
        (pod,) = core.list_namespaced_pod("default").items
        assert pod.spec.node_name == f"training-{ZONE}-1"
        (volume,) = core.list_persistent_volume().items
        term = volume.spec.node_affinity.required.node_selector_terms[0]
        assert term.match_expressions[0].values == [ZONE]


def test_a_class_that_does_not_encrypt_gets_no_volume():
    assert not volumes.encrypts({"encrypted": "true"})
    assert not volumes.encrypts({"kmsKeyId": "key"})
    assert volumes.encrypts({"encrypted": "true", "kmsKeyId": "key"})


def _applied(words: list, made: list) -> bool:
    try:
        for one in made:
            run(words, stdin=json.dumps(one))
    except Exception:  # noqa: BLE001 - service accounts are made a moment after the start
        return False
    return True
