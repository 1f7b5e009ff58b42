"""A small company's whole environment in what its one node has: it serves, and leaves nothing.

The estate is made beside a stand-in of AWS; its workloads really run, held to 2 CPUs and 8 GiB.
"""

import json
import subprocess
import uuid
from pathlib import Path

import pytest

from environments import load
from sandbox import commands
from sandbox.cluster import Cluster, groups, volumes
from sandbox.cluster.specification import group_name
from sandbox.layout import PROJECT, Layout
from sandbox.ports import ports
from sandbox.verification import services
from tests.support.host import eventually, processes, traces

pytestmark = pytest.mark.acceptance
NAME = "smb"
RESOURCES = 400
GIB = 2**30
AWS = "sandbox.aws.cloud"
BROKERS = "kafka-0.kafka.streaming.svc.cluster.local:9094"
READER = PROJECT / "tests" / "cluster" / "topic_reader.py"


@pytest.fixture(scope="module")
def layout():
    return Layout(NAME)


@pytest.fixture(scope="module")
def group(layout):
    return group_name(NAME, layout.node)


@pytest.fixture(scope="module")
def before(group, layout):
    assert not layout.state.exists(), f"this test brings {NAME} up itself: take it down first"
    return traces(group, PROJECT)


@pytest.fixture(scope="module")
def run():
    def command(word):
        return subprocess.run(
            [str(PROJECT / ".venv" / "bin" / "python"), "-m", "sandbox", word, NAME],
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    return command


@pytest.fixture(scope="module")
def up(before, run):
    assert before["groups"] == []
    done = run("up")
    yield done
    run("down")


@pytest.fixture(scope="module")
def summary(up, layout):
    assert up.returncode == 0, up.stdout + up.stderr
    return json.loads(layout.summary.read_text())


@pytest.fixture(scope="module")
def cluster(summary, layout):
    assert summary["environment"] == NAME
    return Cluster(layout.kubeconfig, layout.bin / "kubectl")


def test_every_resource_of_the_estate_is_made_and_the_summary_names_what_stands_in(summary, up):
    assert summary["changes"].keys() == {"create"}
    assert summary["changes"]["create"] > RESOURCES
    for named in ("AWS: moto", "for EKS Pod Identity", "one node for every pool", "for ECR"):
        assert [one for one in summary["stand_ins"] if named in one], named
        assert named in up.stdout


def test_predictions_are_those_that_training_computed(summary):
    variants = load(NAME).workloads.serving.variants
    assert summary["answers"]["variants"].keys() == variants.keys()
    for name, facts in summary["answers"]["variants"].items():
        assert facts["prediction"]["answered_by"] == name


def test_a_prediction_is_answered_over_tls(cluster, layout, summary):
    serving, _ = services(cluster, ports().serving, layout)
    path = f"/v2/models/{load(NAME).workloads.serving.model}/infer"
    body = {**summary["answers"]["example"], "parameters": {"subject_id": "passenger-1"}}
    assert json.loads(serving.request(path, body))["outputs"]


def test_everything_of_the_cluster_is_in_a_group_of_2_cpus_and_8_gib(summary, group, layout):
    assert groups.cpus(group) == 2
    held = groups.memory(group)
    assert held.limit == 8 * GIB
    assert 0 < summary["held_to"]["working_set_gib"] <= 8
    assert summary["held_to"]["out_of_memory_kills"] == 0
    found = [*processes(group, layout.node)]
    assert any("kube-apiserver" in words[0] for _, words in found)
    assert any("containerd-shim" in words[0] for _, words in found)
    for number, words in found:
        if AWS in words:
            continue  # the cloud's own machines are not the company's
        lines = Path(f"/proc/{number}/cgroup").read_text().splitlines()
        groups_of = {line.split(":")[1]: line.split(":")[2] for line in lines}
        for controller in groups.COUNTING:
            assert groups_of[controller].startswith(f"/{group}/"), " ".join(words)[:120]


def test_every_pod_runs_or_has_completed(cluster):
    def waiting():
        pods = json.loads(cluster.ask("get", "pods", "-A", "-o", "json"))["items"]
        found = {pod["metadata"]["namespace"] for pod in pods}
        rooms = {"capacity", "data", "identity", "serving", "signing", "streaming", "training"}
        assert rooms <= found
        return [pod["metadata"]["name"] for pod in pods if not runs_or_has_completed(pod)]

    # Serving's autoscaler has just brought the second pod.
    eventually(lambda: not waiting(), 120, "every pod to run")


def runs_or_has_completed(pod):
    status = pod["status"]
    ready = {one["type"]: one["status"] for one in status.get("conditions", ())}
    return status["phase"] == "Succeeded" or ready.get("Ready") == "True"


def test_the_ways_of_a_pod_are_those_that_its_policies_leave_open(cluster):
    lines = cluster.ask(
        "-n", "kube-system", "get", "configmap", "coredns", "-o", "jsonpath={.data.names}"
    ).splitlines()
    addresses = {name: address for address, name in map(str.split, lines)}
    region = load(NAME).sites.primary.region
    ways = {
        (addresses[f"s3.{region}.amazonaws.com"], 443): "open",
        ("169.254.170.23", 80): "open",
        (addresses[f"ec2.{region}.amazonaws.com"], 443): "shut",
        ("172.20.0.1", 443): "shut",
    }
    ask = f"""
import socket
for way in {[*ways]}:
    try: socket.create_connection(way, 5); print("open")
    except OSError: print("shut")
"""
    pod = cluster.ask("-n", "serving", "get", "pods", "-o", "jsonpath={.items[0].metadata.name}")
    python = "/opt/venv/bin/python"
    found = cluster.ask("-n", "serving", "exec", pod, "--", python, "-c", ask).split()
    assert dict(zip(ways, found, strict=True)) == ways


def test_a_reader_finds_the_declared_topics_and_may_only_read_them(cluster):
    topics = load(NAME).streaming.topics
    (reader,) = {user for topic in topics.values() for user in topic.readers}
    found = told_to(cluster, reader, topics)
    assert found["partitions"] == {name: topic.partitions for name, topic in topics.items()}
    assert found["assigned"] == found["partitions"]
    assert set(found["written"].values()) == {"TopicAuthorizationFailedError"}
    assert found["plaintext"] == "closed"
    assert found["nameless"] == "refused"


def told_to(cluster, reader, topics):
    """What the brokers tell a pod that is in the reader's place and shows its certificate."""
    job = json.loads(cluster.ask("-n", "streaming", "get", "job", "kafka-setup", "-o", "json"))
    name = f"reader-{uuid.uuid4().hex[:6]}"
    tls = {"name": "tls", "mountPath": "/etc/mizan/tls", "readOnly": True}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": "data",
            "labels": {"app.kubernetes.io/name": reader},
        },
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "securityContext": {
                "runAsNonRoot": True,
                "fsGroup": 65532,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "volumes": [{"name": "tls", "secret": {"secretName": "streaming-tls"}}],
            "containers": [
                {
                    "name": "reader",
                    "image": job["spec"]["template"]["spec"]["containers"][0]["image"],
                    "command": ["/opt/venv/bin/python", "-c", READER.read_text()],
                    "args": [BROKERS, reader, *topics],
                    "volumeMounts": [tls],
                    "resources": {
                        "requests": {"cpu": "50m", "memory": "192Mi"},
                        "limits": {"cpu": "500m", "memory": "192Mi"},
                    },
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "readOnlyRootFilesystem": True,
                        "capabilities": {"drop": ["ALL"]},
                    },
                }
            ],
        },
    }
    create = [cluster.kubectl, "--kubeconfig", cluster.kubeconfig, "create", "-f", "-"]
    commands.run(create, stdin=json.dumps(pod))
    try:
        found = []

        def over():
            phase = "jsonpath={.status.phase}"
            found.append(cluster.ask("-n", "data", "get", "pod", name, "-o", phase))
            return found[-1] in {"Succeeded", "Failed"}

        eventually(over, 180, "the reader to be done")
        said = cluster.ask("-n", "data", "logs", name)
        assert found[-1] == "Succeeded", said
        return json.loads(said.splitlines()[-1])
    finally:
        cluster.ask("-n", "data", "delete", "pod", name, "--wait=true")


def test_the_brokers_volume_is_on_the_encrypted_file_system_of_the_node(cluster, layout):
    (claim,) = json.loads(cluster.ask("-n", "streaming", "get", "pvc", "-o", "json"))["items"]
    told = cluster.ask("get", "pv", claim["spec"]["volumeName"], "-o", "json")
    folder = Path(json.loads(told)["spec"]["local"]["path"])
    protected = layout.node / volumes.MOUNT / volumes.PROTECTED
    assert folder.parent == protected
    assert claim["spec"]["resources"]["requests"]["storage"] == (
        f"{load(NAME).streaming.volume_size_gib}Gi"
    )
    listed = cluster.ask("-n", "streaming", "exec", "kafka-0", "--", "ls", "/data/log")
    assert "__cluster_metadata-0" in listed
    # Another mount of the machine's sees the image only.
    assert not folder.exists()


def test_up_again_changes_nothing(summary, run, layout):
    assert summary["environment"] == NAME
    done = run("up")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(layout.summary.read_text())["changes"] == {}


def test_down_leaves_the_machine_as_it_was(summary, run, group, before, layout):
    assert summary["environment"] == NAME
    assert traces(group, PROJECT) != before, "these traces tell an up from none"
    done = run("down")
    assert done.returncode == 0, done.stdout + done.stderr
    eventually(lambda: traces(group, PROJECT) == before, 30, "nothing to be left")
    assert not layout.state.exists()
