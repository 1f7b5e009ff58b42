"""The folder that checkov reads, and whence each thing in it comes."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from policies.judging import Declared
from policies.scanning import terraform
from policies.scanning.manifests import is_kubernetes, manifest
from policies.scanning.shapes import NotConvertedError

FRAMEWORKS: Final = ("terraform_plan", "kubernetes", "dockerfile", "github_actions")
_WORKFLOWS: Final = PurePosixPath(".github/workflows")


@dataclass(frozen=True)
class Material:
    """What was laid into the folder.

    Attributes:
        addresses: Address in the Terraform plan to URN.
        manifests: Path of a manifest to URN.
        files: Path of a copy to the path in the tree.
    """

    addresses: dict[str, str]
    manifests: dict[str, str]
    files: dict[str, str]

    def subject(self, framework: str, record: dict[str, Any]) -> str:
        """Says what a result of checkov is about: a URN, or the path of a file.

        Raises:
            KeyError: It is about nothing that was laid here.
        """
        if framework == "terraform_plan":
            return self.addresses[record["resource"]]
        laid = self.manifests if framework == "kubernetes" else self.files
        given: str = record["file_path"]
        found = [path for path in laid if given.endswith(f"/{path}")]
        if not found:
            raise KeyError(given)
        return laid[max(found, key=len)]

    def subjects(self) -> dict[str, frozenset[str]]:
        """Everything that was laid, by the framework that reads it."""
        workflows = {path for path in self.files.values() if path.startswith(f"{_WORKFLOWS}/")}
        return {
            "terraform_plan": frozenset(self.addresses.values()),
            "kubernetes": frozenset(self.manifests.values()),
            "dockerfile": frozenset(self.files.values()) - workflows,
            "github_actions": frozenset(workflows),
        }


def lay(resources: list[Declared], tree: Path | None, folder: Path) -> Material:
    """Lays out a plan, its manifests, and the Dockerfiles and workflows of a tree.

    Args:
        resources: All resources of the plan.
        tree: The folder to copy from; none where only the plan counts.
        folder: An empty folder.

    Raises:
        NotConvertedError: A resource is neither AWS's nor Kubernetes', or has no counterpart.
    """
    for resource in resources:
        _known(resource)
    converted = terraform.plan(resources)
    if converted.urns:
        (folder / "plan.json").write_text(converted.text())
    manifests = {}
    objects = filter(is_kubernetes, resources)
    for number, resource in enumerate(objects):
        path = f"kubernetes/{number}.yaml"
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(manifest(resource))
        manifests[path] = resource.urn
    files = _copied(tree, folder) if tree else {}
    return Material(addresses=converted.urns, manifests=manifests, files=files)


def _copied(tree: Path, folder: Path) -> dict[str, str]:
    files = {}
    for file in _files(tree):
        path = f"tree/{file}"
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tree / file, folder / path)
        files[path] = str(file)
    return files


def _known(resource: Declared) -> None:
    inner = resource.type.startswith("pulumi:")
    # A component is made of resources, which are judged; it has no provider of its own.
    component = resource.provider_type is None
    if not (terraform.is_aws(resource) or is_kubernetes(resource) or inner or component):
        raise NotConvertedError(
            f"{resource.urn}: {resource.type} can not be shown to checkov; allowed: resources of "
            "pulumi-aws and objects of Kubernetes"
        )


def _files(tree: Path) -> Iterator[PurePosixPath]:
    for place, folders, names in os.walk(tree):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if "Dockerfile" in names:
            yield PurePosixPath((Path(place) / "Dockerfile").relative_to(tree).as_posix())
    for file in sorted((tree / _WORKFLOWS).glob("*.y*ml")):
        yield _WORKFLOWS / file.name
