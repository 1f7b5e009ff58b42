"""Which cluster `up` takes, and what it says of one that is not there."""

import json
import subprocess
import sys
from ipaddress import ip_address, ip_network

import pytest
import yaml

from environments import load
from sandbox.aws import running
from sandbox.cluster.specification import Limits
from sandbox.faults import SandboxError
from sandbox.layout import PROJECT, Layout
from sandbox.progress import Steps
from sandbox.site import site_of
from sandbox.site.cloud_region import Region
from sandbox.site.embedded import Embedded
from sandbox.site.given import Given


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("KUBECONFIG", "MIZAN_KUBECONFIG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def kubeconfig(path, context, server="https://127.0.0.1:9"):
    path.parent.mkdir(exist_ok=True)
    cluster = {"name": "one", "cluster": {"server": server}}
    entry = {"name": context, "context": {"cluster": "one", "user": "one"}}
    facts = {"apiVersion": "v1", "kind": "Config", "current-context": context}
    user = {"name": "one", "user": {"token": "none"}}
    lists = {"clusters": [cluster], "contexts": [entry], "users": [user]}
    path.write_text(yaml.safe_dump({**facts, **lists}))
    return path


def chosen():
    return site_of(load("local"), Layout("local"))


def test_a_machine_without_a_cluster_gets_an_embedded_one(home):
    assert isinstance(chosen(), Embedded)


@pytest.mark.parametrize("context", ["kind-dev", "k3d-dev"])
def test_a_kind_or_k3d_cluster_that_kubectl_points_at_wins(home, context):
    path = kubeconfig(home / ".kube" / "config", context)
    site = chosen()
    assert isinstance(site, Given)
    assert site.kubeconfig == path


def test_another_cluster_that_kubectl_points_at_is_not_touched(home):
    kubeconfig(home / ".kube" / "config", "production")
    assert isinstance(chosen(), Embedded)


@pytest.mark.parametrize("text", ["[", "- 1", "", "current-context: null"])
def test_a_kubeconfig_that_is_none_names_no_cluster(home, text):
    (home / ".kube").mkdir()
    (home / ".kube" / "config").write_text(text)
    assert isinstance(chosen(), Embedded)


def test_the_variable_wins_over_all(home, monkeypatch):
    kubeconfig(home / ".kube" / "config", "kind-dev")
    other = kubeconfig(home / "own" / "config", "production")
    monkeypatch.setenv("MIZAN_KUBECONFIG", str(other))
    site = chosen()
    assert isinstance(site, Given)
    assert site.kubeconfig == other


def test_an_environment_in_a_region_gets_a_node_inside_its_network(home):
    environment = load("smb")
    site = site_of(environment, Layout("smb"))
    assert isinstance(site, Region)
    around = site._surroundings()
    assert ip_address(around["addresses"].node_ip) in ip_network(environment.network.cidr)
    assert around["addresses"].api_service_ip == "172.20.0.1"
    assert around["limits"] == Limits(cpus=2, memory_gib=8)
    assert around["provider"].account == environment.account


def test_a_clouds_stack_and_settings_are_apart_from_the_users_own(home, tmp_path, monkeypatch):
    site = site_of(load("smb"), Layout("smb"))
    monkeypatch.setattr(running, "running", lambda _: "http://127.0.0.1:9")
    monkeypatch.setattr(Layout, "state", tmp_path)
    stack = site.stack({"PATH": "/usr/bin", "PULUMI_BACKEND_URL": "s3://own"})
    assert stack.project == tmp_path / "project"
    assert stack.variables["PULUMI_BACKEND_URL"] == f"file://{tmp_path / 'stack'}"
    assert stack.variables["AWS_ENDPOINT_URL"] == "http://127.0.0.1:9"
    assert (stack.project / "stacks").resolve() == PROJECT / "stacks"
    assert site.stack({"PATH": ""}).project == stack.project, "once more changes nothing"


def test_what_plays_aws_and_has_ended_is_told_before_anything_is_made(home, tmp_path, monkeypatch):
    monkeypatch.setattr(Layout, "state", tmp_path)
    (tmp_path / "aws").mkdir()
    (tmp_path / "stack").mkdir()
    gone = {"endpoint": "http://127.0.0.1:9", "pid": 1 << 22, "started": 1, "options": []}
    (tmp_path / "aws" / "stand-in.json").write_text(json.dumps(gone))
    site = site_of(load("smb"), Layout("smb"))
    with Steps().step("machine") as step, pytest.raises(SandboxError) as refused:
        site.prepare(step)
    assert "what it held is lost" in refused.value.cause
    assert "make down ENV=smb" in refused.value.remedy


def test_a_kubeconfig_that_is_missing_ends_up_in_one_line_before_anything_is_written(home):
    missing = home / "nowhere"
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "up", "local"],
        cwd=PROJECT, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(home), "MIZAN_KUBECONFIG": str(missing)},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert str(missing) in line
    assert "Remedy:" in line


def test_a_cluster_that_does_not_answer_is_named_with_the_cause(home, monkeypatch):
    kubectl = Layout("local").bin / "kubectl"
    if not kubectl.exists():
        pytest.fail("kubectl is not built: run `make engine` first")
    monkeypatch.setenv("PATH", f"{kubectl.parent}:/usr/bin:/bin")
    site = Given(kubeconfig(home / "config", "one"), Layout("local"))
    with Steps().step("cluster") as step, pytest.raises(SandboxError) as refused:
        site.start(step)
    assert str(site.kubeconfig) in refused.value.cause
    assert "refused" in refused.value.cause
