"""The running local environment, as its administrator and its users see it."""

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from environments import Environment, load
from sandbox.cluster import Cluster
from sandbox.https import Service
from sandbox.layout import Layout
from sandbox.ports import ports
from sandbox.verification import services

ENVIRONMENT = "local"
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def layout() -> Layout:
    return Layout(ENVIRONMENT)


@pytest.fixture(scope="session")
def environment() -> Environment:
    return load(ENVIRONMENT)


@pytest.fixture(scope="session")
def cluster(layout: Layout) -> Cluster:
    if not layout.kubeconfig.exists():
        pytest.fail("the local environment is not up: run `make up` first")
    return Cluster(layout.kubeconfig, layout.bin / "kubectl")


@pytest.fixture(scope="session")
def serving(cluster: Cluster, layout: Layout) -> Service:
    return services(cluster, ports().serving, layout)[0]


@pytest.fixture(scope="session")
def summary(layout: Layout) -> dict:
    return json.loads(layout.summary.read_text())


@pytest.fixture
def infer(environment) -> str:
    return f"/v2/models/{environment.workloads.serving.model}/infer"


@pytest.fixture
def example(summary) -> dict:
    """A request that every variant answers."""
    return {**summary["answers"]["example"], "parameters": {"subject_id": "passenger-1"}}


@pytest.fixture
def sandbox() -> Run:
    """Run `python -m sandbox WORDS` as the Makefile does."""

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "sandbox", *words], capture_output=True, text=True, check=False
        )

    return run


@pytest.fixture
def unchanged(sandbox, layout) -> Callable[[], None]:
    """Assert that a further `up` finds nothing to change."""

    def check() -> None:
        done = sandbox("up", layout.environment)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "0 changes" in done.stdout
        assert json.loads(layout.summary.read_text())["changes"] == {}

    return check
