"""The embedded cluster by itself: it starts, it heals, it encrypts, and it leaves nothing."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from sandbox import toolchain
from sandbox.cluster import launch, seeding
from sandbox.cluster.specification import Specification
from sandbox.images import build, catalogue
from sandbox.progress import Steps

pytestmark = pytest.mark.engine
NAME = "test-cluster"
PORT = 28443


def traces():
    """What a cluster could leave on the host."""
    mounts = Path("/proc/mounts").read_text().splitlines()
    links = subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True)
    rules = subprocess.run(["iptables-save"], capture_output=True, text=True, check=True)
    sets = subprocess.run(["ipset", "list", "-n"], capture_output=True, text=True, check=True)
    return {
        "mounts": sorted(line.split()[1] for line in mounts),
        "links": sorted(line.split(": ")[1] for line in links.stdout.splitlines()),
        "rules": sorted(line for line in rules.stdout.splitlines() if line.startswith("-A")),
        "sets": sets.stdout,
        "groups": sorted(str(path) for path in Path("/sys/fs/cgroup").glob(f"*/mizan-{NAME}")),
    }


@pytest.fixture(scope="module")
def host_before():
    return traces()


@pytest.fixture(scope="module")
def spec(host_before, tmp_path_factory):
    assert host_before["groups"] == []
    folder = tmp_path_factory.mktemp("node")
    with Steps().step("toolchain") as step:
        tools = toolchain.built(toolchain.KUBERNETES, step)
    # Small, since a test reads the whole image.
    return Specification(NAME, str(folder), str(tools), sys.executable, PORT, volume_gib=1)


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


def eventually(check, seconds, what):
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.5)


def processes(spec, name):
    namespace = Path(f"/proc/{seeding.inner_pid(spec.folder)}/ns/pid").readlink()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if (entry / "ns/pid").readlink() == namespace and words[0].endswith(name.encode()):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


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
    searched = subprocess.run(
        ["grep", "-q", "--binary-files=text", word, node / "volumes.img"], check=False
    )
    assert (searched.returncode == 0) is found
    subprocess.run(seeding.inside(node, "rm", path), check=True)


def test_a_killed_kubelet_is_restarted(spec, cluster):
    (before,) = processes(spec, "/kubelet")
    os.kill(before, signal.SIGKILL)
    eventually(
        lambda: processes(spec, "/kubelet") not in ([], [before]), 30, "kubelet to run again"
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


def test_stopping_it_leaves_the_host_as_it_was(spec, cluster, host_before):
    assert cluster.ask("get", "--raw", "/readyz") == "ok"
    assert launch.stop(spec.folder, spec.cgroup)
    eventually(lambda: traces() == host_before, 15, f"{traces()} to be {host_before}")
    assert not launch.stop(spec.folder, spec.cgroup)
