"""The embedded cluster by itself: it starts, it heals, it encrypts, and it leaves nothing."""

import json
import os
import signal
import subprocess
import sys
import uuid

import pytest

from sandbox import toolchain
from sandbox.cluster import keeper, launch, seeding
from sandbox.cluster.specification import Specification, group_name
from sandbox.images import build, catalogue
from sandbox.progress import Steps
from tests.support.host import eventually, holds, running, traces

pytestmark = pytest.mark.engine
NAME = "test-cluster"
PORT = 28443


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    return tmp_path_factory.mktemp("node")


@pytest.fixture(scope="module")
def host_before(node):
    return traces(group_name(NAME, node), node)


@pytest.fixture(scope="module")
def spec(host_before, node):
    assert host_before["groups"] == host_before["processes"] == []
    with Steps().step("toolchain") as step:
        tools = toolchain.built(toolchain.KUBERNETES, step)
    # Small, since a test reads the whole image.
    return Specification(NAME, str(node), str(tools), sys.executable, PORT, volume_gib=1)


@pytest.fixture(scope="module")
def cluster(spec):
    kubeconfig = spec.folder / "kubeconfig"
    with Steps().step("cluster") as step:
        started = launch.start(spec, kubeconfig, step)
        built = build.build_all(catalogue.NODE, step, prune_others=False)
        seeding.seed(spec, built.values())
        launch.apply_manifests(spec, started)
    yield started
    launch.stop(spec.folder, spec.cgroup)


def test_names_and_metrics_run_on_the_node(cluster):
    for name in ("coredns", "metrics-server"):
        cluster.ask("-n", "kube-system", "rollout", "status", f"deployment/{name}", "--timeout=90s")


def test_logs_and_exec_reach_a_pod_through_the_api_server(cluster):
    logs = cluster.ask("-n", "kube-system", "logs", "deployment/coredns")
    assert "CoreDNS" in logs


def test_a_stranger_without_a_certificate_is_refused(spec, cluster):
    url = f"https://127.0.0.1:{PORT}/api"
    asked = subprocess.run(
        ["curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}", url],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert cluster.ask("get", "--raw", "/readyz") == "ok"
    assert asked.stdout == "401"


def test_secrets_are_encrypted_in_etcd_and_reads_are_audited(spec, cluster):
    word = uuid.uuid4().hex
    for kind in ("secret generic", "configmap"):
        cluster.ask("create", *kind.split(), f"probe-{kind[:6]}", f"--from-literal=word={word}")
    subprocess.run(["sync"], check=True)
    stored = b"".join(path.read_bytes() for path in (spec.folder / "etcd").rglob("*.wal"))
    assert b"/registry/secrets/default/probe-secret" in stored
    assert word.encode() not in stored
    audit = (spec.folder / "logs" / "audit.log").read_text()
    assert "probe-secret" in audit
    assert word not in "".join(line for line in audit.splitlines() if '"secrets"' in line)


@pytest.mark.parametrize(("folder", "found"), [("volumes/encrypted", False), ("volumes", True)])
def test_bytes_on_an_encrypted_volume_are_absent_from_its_image(spec, cluster, folder, found):
    assert cluster.ask("get", "nodes")
    node, word = spec.folder, f"marker-{uuid.uuid4().hex}"
    path = f"{node}/{folder}/{uuid.uuid4().hex}"
    script = f"for i in $(seq 512); do printf %s {word}; done > {path} && sync -f {path}"
    subprocess.run(seeding.inside(node, "sh", "-c", script), check=True)
    assert holds(node / "volumes.img", word.encode()) is found
    subprocess.run(seeding.inside(node, "rm", path), check=True)


def test_a_killed_kubelet_is_restarted(spec, cluster):
    (before,) = running(spec.cgroup, spec.folder, "kubelet")
    os.kill(before, signal.SIGKILL)
    eventually(
        lambda: running(spec.cgroup, spec.folder, "kubelet") not in ([], [before]),
        30,
        "kubelet to run again",
    )
    eventually(
        lambda: cluster.ask("get", "nodes", "-o", f"jsonpath={launch.NODE_READY}") == "True",
        60,
        "the node to be Ready",
    )


def test_starting_it_again_changes_nothing(spec, cluster):
    before = seeding.inner_pid(spec.folder)
    with Steps().step("again") as step:
        launch.start(spec, cluster.kubeconfig, step)
    assert seeding.inner_pid(spec.folder) == before
    assert json.loads(cluster.ask("get", "nodes", "-o", "json"))["items"]


def test_a_killed_keeper_takes_the_cluster_along_and_does_not_block_the_next(
    spec, cluster, host_before
):
    os.kill(keeper.alive(spec.folder)["pid"], signal.SIGKILL)
    eventually(
        lambda: traces(spec.cgroup, spec.folder)["processes"] == [],
        15,
        "the cluster's processes to end",
    )
    with Steps().step("again") as step:
        launch.start(spec, cluster.kubeconfig, step)
    assert cluster.ask("get", "--raw", "/readyz") == "ok"


def test_a_command_killed_while_the_cluster_starts_does_not_start_two(spec, cluster):
    launch.stop(spec.folder, spec.cgroup)
    start = (
        "import sys; from pathlib import Path; from sandbox.cluster import launch, specification; "
        "from sandbox.progress import Steps; "
        "spec = specification.read(Path(sys.argv[1])); "
        "launch._await_node = lambda *_: sys.exit(); "
        "launch.start(spec, spec.folder / 'kubeconfig', None)"
    )
    subprocess.run([sys.executable, "-c", start, spec.folder / "specification.json"], check=True)
    with Steps().step("again") as step:
        launch.start(spec, cluster.kubeconfig, step)
    assert len(running(spec.cgroup, spec.folder, "unshare")) == 1
    assert len(running(spec.cgroup, spec.folder, "etcd")) == 1


def test_stopping_it_leaves_the_host_as_it_was(spec, cluster, host_before):
    assert cluster.ask("get", "--raw", "/readyz") == "ok"
    assert launch.stop(spec.folder, spec.cgroup)
    eventually(
        lambda: traces(spec.cgroup, spec.folder) == host_before,
        15,
        f"{traces(spec.cgroup, spec.folder)} to be {host_before}",
    )
    assert not launch.stop(spec.folder, spec.cgroup)
