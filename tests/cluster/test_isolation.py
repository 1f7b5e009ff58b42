"""Network policy and encrypted volumes, each shown to be able to fail."""

import json
import subprocess
import sys
import uuid
from contextlib import contextmanager

import pytest

from sandbox.cluster.seeding import inside
from tests.support.host import eventually, holds

pytestmark = pytest.mark.cluster
STRANGER = "probe"
# Private addresses that nothing else has: a policy that lets pods go further is not admitted. They
# are known inside the node only, so what the test sends stays there.
NODE_SIDE, FOREIGN_HOST, FOREIGN_PORT = "10.213.77.1", "10.213.77.2", 8080
FOREIGN_WAY = [{"to": [{"ipBlock": {"cidr": f"{FOREIGN_HOST}/32"}}]}]
# From a pod's first moment until its policies are known, and beyond.
CONNECT = """
import socket, time
end = time.monotonic() + 5
while time.monotonic() < end:
    try:
        socket.create_connection(("{host}", {port}), 2)
        raise SystemExit("reached")
    except OSError as error:
        print(error, flush=True)
        time.sleep(0.2)
"""
LISTEN = f"""
import os, socket
server = socket.create_server(("", {FOREIGN_PORT}))
print(os.getpid(), flush=True)
while True:
    server.accept()[0].close()
"""
JOBS = {"data": "landing", "training": "training", "signing": "signing"}


@pytest.fixture(scope="module")
def image(cluster):
    """An image with Python that is on the node."""
    pod = json.loads(cluster.ask("-n", "artifacts", "get", "pod", "registry-0", "-o", "json"))
    return next(
        container["image"]
        for container in pod["spec"]["containers"]
        if "token-service" in container["image"]
    )


@pytest.fixture
def stranger(cluster):
    """A namespace whose pods may call whatever is private, and whom nobody lets in."""
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    create(
        cluster,
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": STRANGER, "labels": labels},
        },
    )
    create(cluster, policy("default-deny", STRANGER, ["Ingress", "Egress"]))
    way = [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]
    create(cluster, policy("call", STRANGER, ["Egress"], egress=way))
    yield STRANGER
    cluster.ask("delete", "namespace", STRANGER, "--wait=true")


@pytest.fixture(scope="module")
def foreign(layout):
    """A host in a network namespace of its own, joined to the node, that answers on a port."""

    def run(*words, check=True):
        return subprocess.run(
            inside(layout.node, *words), capture_output=True, text=True, check=check
        )

    # The namespace lives as long as its process. `ip netns` would give it a name by mounting
    # over /run/netns, and the node could not remove its pods' namespaces from there any more.
    host = subprocess.Popen(
        inside(layout.node, "unshare", "--net", sys.executable, "-c", LISTEN),
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    number = host.stdout.readline().strip()
    try:
        there = ("nsenter", "--target", number, "--net", "ip")
        run("ip", "link", "add", "foreign0", "type", "veth", "peer", "foreign1", "netns", number)
        run("ip", "address", "add", f"{NODE_SIDE}/30", "dev", "foreign0")
        run("ip", "link", "set", "foreign0", "up")
        run(*there, "address", "add", f"{FOREIGN_HOST}/30", "dev", "foreign1")
        run(*there, "link", "set", "foreign1", "up")
        run(*there, "route", "add", "default", "via", NODE_SIDE)
        ask = CONNECT.format(host=FOREIGN_HOST, port=FOREIGN_PORT)
        eventually(
            lambda: "reached" in run(sys.executable, "-c", ask, check=False).stderr,
            10,
            "the foreign host to answer the node",
        )
        yield FOREIGN_HOST
    finally:
        run("kill", number)
        host.wait(10)
        eventually(
            lambda: run("ip", "link", "show", "foreign0", check=False).returncode != 0,
            10,
            "the foreign host to be gone",
        )


def create(cluster, manifest, *, check=True):
    return subprocess.run(
        [cluster.kubectl, "--kubeconfig", cluster.kubeconfig, "create", "-f", "-"],
        input=json.dumps(manifest), text=True, check=check, capture_output=True,
    )  # fmt: skip


def policy(name, namespace, types, **rules):
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"podSelector": {}, "policyTypes": types, **rules},
    }


def restricted(**container):
    """A pod that nothing but its image and its place could be held against."""
    context = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    limits = {"limits": {"cpu": "100m", "memory": "64Mi"}}
    return {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [
            {"name": "probe", "resources": limits, "securityContext": context, **container}
        ],
    }


def judged(text):
    """Whether `CONNECT` reached its host, from what it printed.

    Any other end, such as a program that is not there, must not pass for "not reached".
    """
    assert "reached" in text or "timed out" in text or "Connection refused" in text, text
    return "reached" in text


def reaches(cluster, image, namespace, host, port, labels=None):
    """Whether a pod of the namespace with these labels opens a connection."""
    name = f"probe-{uuid.uuid4().hex[:6]}"
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": labels or {}},
        "spec": restricted(
            image=image, command=["python3", "-c", CONNECT.format(host=host, port=port)]
        ),
    }
    create(cluster, pod)
    try:
        phase = "jsonpath={.status.phase}"
        found = []

        def over():
            found.append(cluster.ask("-n", namespace, "get", "pod", name, "-o", phase))
            return found[-1] in {"Succeeded", "Failed"}

        eventually(over, 60, f"the probe to reach {host} or to give up")
        return judged(cluster.ask("-n", namespace, "logs", name))
    finally:
        cluster.ask("-n", namespace, "delete", "pod", name, "--wait=true")


def serving_reaches(cluster, host, port):
    """The same from inside the serving pod itself: another pod with its labels would be asked."""
    command = [
        cluster.kubectl, "--kubeconfig", cluster.kubeconfig, "-n", "serving", "exec",
        "deployment/serving", "--", "/opt/venv/bin/python", "-c",
        CONNECT.format(host=host, port=port),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return judged(done.stdout + done.stderr)


@contextmanager
def allowed(cluster, namespace, **rules):
    """A policy besides those that are there, while the block lasts."""
    types = [direction.title() for direction in rules]
    create(cluster, policy("test-allow", namespace, types, **rules))
    try:
        yield
    finally:
        cluster.ask("-n", namespace, "delete", "networkpolicy", "test-allow")


def test_a_stranger_reaches_the_store_only_where_a_policy_lets_it(cluster, image, stranger):
    path = "jsonpath={.spec.clusterIP}"
    address = cluster.ask("-n", "storage", "get", "service", "store", "-o", path)
    assert not reaches(cluster, image, stranger, address, 7070)
    source = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": stranger}}}
    with allowed(cluster, "storage", ingress=[{"from": [source]}]):
        eventually(
            lambda: reaches(cluster, image, stranger, address, 7070), 60, "the policy to hold"
        )


@pytest.mark.parametrize(("namespace", "workload"), JOBS.items())
def test_no_job_reaches_a_foreign_host_unless_a_policy_lets_it(
    cluster, image, foreign, namespace, workload
):
    labels = {"app.kubernetes.io/name": workload}

    def reached():
        return reaches(cluster, image, namespace, foreign, FOREIGN_PORT, labels)

    assert not reached()
    with allowed(cluster, namespace, egress=FOREIGN_WAY):
        eventually(reached, 60, "the policy to hold")


def test_serving_does_not_reach_a_foreign_host_unless_a_policy_lets_it(cluster, foreign):
    assert not serving_reaches(cluster, foreign, FOREIGN_PORT)
    with allowed(cluster, "serving", egress=FOREIGN_WAY):
        eventually(
            lambda: serving_reaches(cluster, foreign, FOREIGN_PORT), 60, "the policy to hold"
        )
    eventually(lambda: not serving_reaches(cluster, foreign, FOREIGN_PORT), 60, "it to be gone")


@pytest.mark.parametrize(
    ("url", "refused"),
    [
        ("https://store.storage.svc.cluster.local:7070/models", False),
        ("https://huggingface.co/model", True),
        ("https://models.s3.eu-west-1.amazonaws.com/model", True),
    ],
)
def test_serving_is_told_where_models_may_come_from(cluster, url, refused):
    ask = f"from app import hosts; hosts.require({url!r})"
    command = [
        cluster.kubectl, "--kubeconfig", cluster.kubeconfig, "-n", "serving", "exec",
        "deployment/serving", "--", "/opt/venv/bin/python", "-c", ask,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ("is outside the boundary" in done.stderr) is refused, done.stderr
    assert (done.returncode != 0) is refused


ABROAD = "203.0.113.7"
REFUSED = {
    "images": {"apiVersion": "v1", "kind": "Pod",
               "spec": restricted(image=f"docker.io/library/nginx@sha256:{'0' * 64}")},
    "services": {"apiVersion": "v1", "kind": "Service",
                 "spec": {"type": "ExternalName", "externalName": "s3.eu-west-1.amazonaws.com"}},
    "endpoint-slices": {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
                        "addressType": "IPv4", "endpoints": [{"addresses": [ABROAD]}]},
    "network-policies": policy("abroad", "serving", ["Egress"], egress=[{}]),
    "namespaces": {"apiVersion": "v1", "kind": "Namespace"},
}  # fmt: skip


@pytest.mark.parametrize("by", REFUSED)
def test_the_api_server_refuses_what_would_lead_abroad(cluster, by):
    """Asked by the administrator; `tests/policies/layers` has every policy on every way."""
    space = {} if by == "namespaces" else {"namespace": "serving"}
    done = create(cluster, {"metadata": {"name": "abroad", **space}, **REFUSED[by]}, check=False)
    assert done.returncode != 0
    assert f"ValidatingAdmissionPolicy 'mizan-{by}'" in done.stderr


def test_no_pod_starts_where_nothing_denies_by_default(cluster, image):
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "abroad"},
           "spec": restricted(image=image)}  # fmt: skip
    done = create(cluster, pod, check=False)
    assert "ValidatingAdmissionPolicy 'mizan-walls'" in done.stderr


@pytest.mark.parametrize(("folder", "found"), [("volumes/encrypted", False), ("volumes", True)])
def test_bytes_on_an_encrypted_volume_are_absent_from_its_image(layout, folder, found):
    node, word = layout.node, f"marker-{uuid.uuid4().hex}"
    path = f"{node}/{folder}/{uuid.uuid4().hex}"
    script = f"for i in $(seq 512); do printf %s {word}; done > {path} && sync -f {path}"
    subprocess.run(inside(node, "sh", "-c", script), check=True)
    try:
        assert holds(node / "volumes.img", word.encode()) is found
    finally:
        subprocess.run(inside(node, "rm", path), check=True)
