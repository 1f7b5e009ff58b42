"""Network policy and encrypted volumes, each shown to be able to fail."""

import json
import subprocess
import uuid

import pytest

from sandbox.cluster.seeding import inside

pytestmark = pytest.mark.cluster
NAMESPACE = "probe"
CONNECT = "import socket; socket.create_connection(('{host}', {port}), 4); print('reached')"


@pytest.fixture
def stranger(cluster):
    """A namespace without any permission, with a pod image that is on the node."""
    pods = json.loads(cluster.ask("-n", "artifacts", "get", "pod", "registry-0", "-o", "json"))
    image = next(
        container["image"]
        for container in pods["spec"]["containers"]
        if "token-service" in container["image"]
    )
    cluster.ask("create", "namespace", NAMESPACE)
    yield image
    cluster.ask("delete", "namespace", NAMESPACE, "--wait=true")


def reaches(cluster, image, host, port):
    name = f"probe-{uuid.uuid4().hex[:6]}"
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "restartPolicy": "Never",
            "containers": [
                {
                    "name": "probe",
                    "image": image,
                    "command": ["python3", "-c", CONNECT.format(host=host, port=port)],
                }
            ],
        },
    }
    subprocess.run(
        [cluster.kubectl, "--kubeconfig", cluster.kubeconfig, "create", "-f", "-"],
        input=json.dumps(pod), text=True, check=True, capture_output=True,
    )  # fmt: skip
    path = "jsonpath={.status.phase}"
    cluster.ask("-n", NAMESPACE, "wait", f"pod/{name}", "--for=jsonpath={.status.startTime}")
    for _ in range(60):
        phase = cluster.ask("-n", NAMESPACE, "get", "pod", name, "-o", path)
        if phase in {"Succeeded", "Failed"}:
            return phase == "Succeeded"
        subprocess.run(["sleep", "0.5"], check=True)
    pytest.fail(f"the probe neither reached {host} nor gave up")


def test_a_stranger_reaches_the_store_only_where_a_policy_lets_it(cluster, stranger):
    address = cluster.ask("-n", "storage", "get", "service", "store",
                          "-o", "jsonpath={.spec.clusterIP}")  # fmt: skip
    assert not reaches(cluster, stranger, address, 7070)
    allow = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "test-allow", "namespace": "storage"},
        "spec": {
            "podSelector": {},
            "policyTypes": ["Ingress"],
            "ingress": [
                {
                    "from": [
                        {
                            "namespaceSelector": {
                                "matchLabels": {"kubernetes.io/metadata.name": NAMESPACE}
                            }
                        }
                    ]
                }
            ],
        },
    }
    kubectl = [cluster.kubectl, "--kubeconfig", cluster.kubeconfig]
    subprocess.run([*kubectl, "create", "-f", "-"], input=json.dumps(allow), text=True,
                   check=True, capture_output=True)  # fmt: skip
    try:
        subprocess.run(["sleep", "3"], check=True)
        assert reaches(cluster, stranger, address, 7070)
    finally:
        cluster.ask("-n", "storage", "delete", "networkpolicy", "test-allow")


@pytest.mark.parametrize(("folder", "found"), [("volumes/encrypted", False), ("volumes", True)])
def test_bytes_on_an_encrypted_volume_are_absent_from_its_image(layout, folder, found):
    node = layout.node
    marker = f"marker-{uuid.uuid4().hex}" * 256
    path = f"{node}/{folder}/{uuid.uuid4().hex}"
    script = f"printf %s '{marker}' > {path} && sync -f {path}"
    subprocess.run(inside(node, "sh", "-c", script), check=True)
    try:
        word = marker[:39]
        searched = subprocess.run(
            ["grep", "-c", "--binary-files=text", word, node / "volumes.img"],
            capture_output=True, check=False,
        )  # fmt: skip
        assert (searched.returncode == 0) is found
    finally:
        subprocess.run(inside(node, "rm", path), check=True)
