"""One control plane for the session, a Pulumi project for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.provider.control_plane import ControlPlane, running
from tests.sandbox.provider.project import Project


@pytest.fixture(scope="session")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    with running(tmp_path_factory.mktemp("control-plane")) as started:
        yield started


@pytest.fixture
def project(plane: ControlPlane, tmp_path: Path) -> Project:
    return Project(
        tmp_path,
        "trial",
        {"KUBECONFIG": str(plane.kubeconfig)},
        "import pulumi\nimport pulumi_kubernetes as k8s\n",
    )
