"""Puts images straight into the node: its own, and those that the registry itself needs."""

import json
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from sandbox.cluster import keeper
from sandbox.cluster.specification import Specification
from sandbox.commands import run
from sandbox.faults import SandboxError
from sandbox.files import replace
from sandbox.images.build import Built

SOCKET = "/run/containerd/containerd.sock"
NODE_REPOSITORY = "localhost/mizan"


def inner_pid(node: Path) -> int:
    """Process number, on the host, of the cluster's pid 1.

    Raises:
        SandboxError: The cluster does not run.
    """
    running = keeper.alive(node)
    if running:
        children = Path(f"/proc/{running['unshare']}/task/{running['unshare']}/children")
        if found := children.read_text().split():
            return int(found[0])
    raise SandboxError("The embedded cluster is not running.", "`make up` starts it.")


def inside(node: Path, *command: str) -> list[str]:
    """`command` as it must be called to run inside the node's namespaces."""
    return ["nsenter", "--target", str(inner_pid(node)), "--mount", "--net", "--pid", *command]


def references(spec: Specification, built: Iterable[Built]) -> dict[str, str]:
    """Name that pods use for each seeded image."""
    return {each.image.name: _reference(spec, each) for each in built if each.image.seeded}


def _reference(spec: Specification, each: Built) -> str:
    name = each.image.name
    if each.image.deployed:
        return f"{spec.registry_host}/mizan/{name}@{each.digest}"
    # containerd's own settings name the pause image, so its tag must not move.
    return f"{NODE_REPOSITORY}/{name}:{'1' if name == 'pause' else each.digest[7:19]}"


def seed(spec: Specification, built: Iterable[Built]) -> None:
    """Import the seeded images that the node does not have, and note the node's own names."""
    node = spec.folder
    each_by_name = {each.image.name: each for each in built}
    wanted = references(spec, each_by_name.values())
    for name, reference in wanted.items():
        if _has(node, reference):
            continue
        image = each_by_name[name]
        with tempfile.TemporaryDirectory(dir=node) as temporary:
            archive = Path(temporary) / "image.tar"
            tag = f"{NODE_REPOSITORY}/{name}:{image.digest[7:19]}"
            run(["skopeo", "copy", "--quiet", "--preserve-digests", f"oci:{image.layout}",
                 f"oci-archive:{archive}:{tag}"])  # fmt: skip
            run(inside(node, "ctr", "--namespace", "k8s.io", "images", "import", str(archive)))
        if reference != tag:
            run(inside(node, "ctr", "--namespace", "k8s.io", "images", "tag", "--force", tag,
                       reference))  # fmt: skip
    system = {name: ref for name, ref in wanted.items() if not each_by_name[name].image.deployed}
    replace(node / "system-images.json", json.dumps(system, indent=1))


def _has(node: Path, reference: str) -> bool:
    listed = subprocess.run(
        inside(node, "ctr", "--namespace", "k8s.io", "images", "list", f"name=={reference}", "-q"),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return bool(listed.stdout.strip())
