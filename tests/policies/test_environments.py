"""The law and the model are written apart and agree; the real program passes the real pack."""

import shutil
import sys
from pathlib import Path

import pytest

import environments
from environments.governance import DataClass, Perimeter, Residency, Sector
from environments.obligation import residency_of
from policies import modes
from policies.boundary import BOUNDARY
from tests.support.policy_engine import ROOT, Engine

KUBECONFIG = """\
apiVersion: v1
kind: Config
clusters: [{name: nowhere, cluster: {server: "https://127.0.0.1:1"}}]
contexts: [{name: nowhere, context: {cluster: nowhere, user: nobody}}]
users: [{name: nobody, user: {}}]
current-context: nowhere
"""


@pytest.mark.parametrize("name", environments.names())
def test_boundary_and_environment_agree(name: str) -> None:
    environment = environments.load(name)
    sites = [environment.sites.primary, environment.sites.recovery]

    assert BOUNDARY.allows_registry(environment.registry.host)
    for site in sites:
        if isinstance(site, environments.CloudRegion):
            assert site.region in BOUNDARY.region_names
        elif site is not None:
            assert (site.kind, site.country) in {(one.kind, one.country) for one in BOUNDARY.sites}


@pytest.mark.parametrize("data_class", DataClass)
@pytest.mark.parametrize("sector", Sector)
@pytest.mark.parametrize("perimeter", Perimeter)
def test_both_tables_of_the_law_say_the_same_mode(
    perimeter: Perimeter, sector: Sector, data_class: DataClass
) -> None:
    told = residency_of(perimeter, sector, [data_class])

    assert BOUNDARY.mode(perimeter.value, sector.value, data_class.value) == told.value


def test_both_tables_know_the_same_perimeters_sectors_and_classes() -> None:
    assert list(modes.PERIMETERS) == [one.value for one in Perimeter]
    assert list(modes.SECTORS) == [one.value for one in Sector]
    assert list(modes.DATA_CLASSES) == [one.value for one in DataClass]
    assert list(modes.MODES) == [one.value for one in Residency]


@pytest.mark.engine
@pytest.mark.parametrize(
    "stack", ["local", *(name for name in environments.stacks() if "." in name)]
)
def test_the_real_program_passes_the_real_pack(
    stack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a copy, because a new stack leaves its settings beside the environments."""
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(KUBECONFIG, encoding="utf-8")
    project = tmp_path / "project"
    rooms = ("components", "environments", "stacks", "workloads")
    for room in rooms:
        shutil.copytree(
            ROOT / room, project / room, ignore=shutil.ignore_patterns("Pulumi.*", "__pycache__")
        )
    for file in ("Pulumi.yaml", "images.lock"):
        shutil.copy(ROOT / file, project)
    (project / ".venv").symlink_to(sys.prefix)
    engine = Engine(tmp_path)
    monkeypatch.setitem(engine.environment, "KUBECONFIG", str(kubeconfig))

    preview = engine.preview(project, stack=stack)

    assert preview.violations == []
    assert preview.code == 0, preview.text
    assert "kubernetes:apps/v1:Deployment" in preview.text
