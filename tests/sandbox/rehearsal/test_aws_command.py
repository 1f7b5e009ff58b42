"""What stands in for the AWS CLI, as a shell and as a Kubernetes client see it."""

import json
import stat
import subprocess

import pytest

from sandbox.kubernetes_provider.configuration import ClusterAccess
from sandbox.kubernetes_provider.errors import ProviderError
from sandbox.rehearsal import aws_command

KUBECONFIG = {
    "apiVersion": "v1",
    "kind": "Config",
    "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:1"}}],
    "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
    "current-context": "c",
}


def kubeconfig(command, *words: str) -> str:
    run = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": str(command),
        "args": list(words),
        "interactiveMode": "Never",
    }
    return json.dumps({**KUBECONFIG, "users": [{"name": "u", "user": {"exec": run}}]})


@pytest.fixture
def folder(tmp_path):
    return aws_command.install(tmp_path / "bin", "a-token")


def aws(folder, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([folder / "aws", *words], capture_output=True, text=True, check=False)


def test_it_gives_the_token_of_the_rehearsal(folder):
    done = aws(folder, "eks", "get-token", "--cluster-name", "c", "--region", "r", "--output",
               "json")  # fmt: skip
    credential = json.loads(done.stdout)
    assert credential["kind"] == "ExecCredential"
    assert credential["status"]["token"] == "a-token"  # noqa: S105 - made up here


def test_only_its_owner_can_read_the_token(folder):
    assert stat.S_IMODE((folder / "token").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "words",
    [(), ("s3", "ls"), ("eks", "list-clusters"), ("eks", "get-token"),
     ("eks", "get-token", "--cluster-name", "c", "--role-arn", "x")],
)  # fmt: skip
def test_anything_else_is_refused_by_name(folder, words):
    done = aws(folder, *words)
    assert done.returncode == aws_command.REFUSED
    assert " ".join(words[:2]) in done.stderr
    assert "eks get-token --cluster-name" in done.stderr


def test_a_kubeconfig_that_asks_it_is_a_connection_with_its_token(folder):
    access = ClusterAccess.of(
        {"kubeconfig": kubeconfig(folder / "aws", "eks", "get-token", "--cluster-name", "c")}
    )
    connection, _ = access.connect(print)
    settings = connection._client.configuration
    assert settings.get_api_key_with_prefix("BearerToken") == "Bearer a-token"


def test_a_kubeconfig_whose_command_fails_is_refused_with_what_it_said(folder):
    access = ClusterAccess.of({"kubeconfig": kubeconfig(folder / "aws", "s3", "ls")})
    with pytest.raises(ProviderError, match="knows `eks get-token"):
        access.connect(print)
