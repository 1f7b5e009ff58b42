"""Where Kubernetes objects and pod specifications stand in a resource.

Pod specifications are found by their shape at any depth, so a custom resource that embeds one is
judged like a Deployment, and so is a template that a ConfigMap holds as text; for the kinds known
to bear one, its absence is told too.
"""

from collections.abc import Iterator
from typing import Final

from policies.judging import Declared, once
from policies.reading import MISSING, UNKNOWN, Tree, field, find, structured

PREFIX: Final = "kubernetes:"

POD_TYPES: Final = {
    "kubernetes:core/v1:Pod": "spec",
    "kubernetes:core/v1:PodTemplate": "template.spec",
    "kubernetes:core/v1:ReplicationController": "spec.template.spec",
    "kubernetes:apps/v1:Deployment": "spec.template.spec",
    "kubernetes:apps/v1:StatefulSet": "spec.template.spec",
    "kubernetes:apps/v1:DaemonSet": "spec.template.spec",
    "kubernetes:apps/v1:ReplicaSet": "spec.template.spec",
    "kubernetes:batch/v1:Job": "spec.template.spec",
    "kubernetes:batch/v1:CronJob": "spec.jobTemplate.spec.template.spec",
}
"""Kinds that bear a pod, and where."""

_CONTAINER_LISTS: Final = ("containers", "initContainers", "ephemeralContainers")


def objects(resource: Declared) -> Iterator[tuple[str, str, Tree]]:
    """Yields the Kubernetes objects of a resource: place, ``group/Kind`` and object.

    A List kind yields its items, a Patch kind counts as what it patches, versions are left out.
    """
    if not resource.type.startswith(PREFIX):
        return
    group, _, kind = resource.type.removeprefix(PREFIX).partition(":")
    group = group.partition("/")[0]
    if kind.endswith("List"):
        for place, item in find(resource.props, "items[*]"):
            given = field(item, "kind")
            item_kind = given if isinstance(given, str) else kind.removesuffix("List")
            version = field(item, "apiVersion")
            named = isinstance(version, str)
            item_group = version.partition("/")[0] if named and "/" in version else group
            yield place, f"{item_group}/{item_kind}", item
    else:
        yield "", f"{group}/{kind.removesuffix('Patch')}", resource.props


@once
def manifests(resource: Declared) -> Iterator[tuple[str, str, Tree]]:
    """Yields what `objects` does, and every manifest that stands inside as a value or a text.

    Somebody may apply such a manifest, so it is judged; that anybody does is not proven.
    """
    for place, kind, item in objects(resource):
        yield place, kind, item
        for at, inner in _embedded(item, place, inside=False):
            group, slash, _ = str(inner["apiVersion"]).partition("/")
            yield at, f"{group if slash else 'core'}/{inner['kind']}", inner


@once
def pod_specs(resource: Declared) -> Iterator[tuple[str, Tree]]:
    """Yields every pod specification of a resource with its path.

    A known kind without one yields ``MISSING``; where it is not known yet, ``UNKNOWN``.
    """
    if not resource.type.startswith(PREFIX):
        return
    found = dict(_shaped_like_a_pod(resource.props, ""))
    known = POD_TYPES.get(resource.type)
    if known is not None:
        for path, value in find(resource.props, known):
            found.setdefault(path, value)
    yield from found.items()


def containers(path: str, spec: Tree) -> Iterator[tuple[str, Tree]]:
    """Yields all containers of a pod specification: main, init and ephemeral ones."""
    if spec in (UNKNOWN, MISSING):
        yield f"{path}.containers", spec
        return
    for name in _CONTAINER_LISTS:
        yield from find(spec, f"{name}[*]", path)


def images(resource: Declared) -> Iterator[tuple[str, Tree]]:
    """Yields every image reference that the pods of a resource run or mount, with its path."""
    for path, spec in pod_specs(resource):
        for place, container in containers(path, spec):
            yield f"{place}.image", field(container, "image")
        for place, volume in find(spec, "volumes[*]", path) if spec is not UNKNOWN else ():
            image = field(volume, "image")
            if image is not MISSING:
                yield f"{place}.image.reference", field(image, "reference")


def _embedded(tree: Tree, path: str, *, inside: bool = True) -> Iterator[tuple[str, Tree]]:
    tree = structured(tree)
    if isinstance(tree, dict):
        told = isinstance(tree.get("kind"), str) and isinstance(tree.get("apiVersion"), str)
        if inside and told and "metadata" in tree:
            yield path, tree
        for key, value in tree.items():
            yield from _embedded(value, f"{path}.{key}" if path else key)
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from _embedded(value, f"{path}[{index}]")


def _shaped_like_a_pod(tree: Tree, path: str) -> Iterator[tuple[str, Tree]]:
    tree = structured(tree)
    if isinstance(tree, dict):
        if any(
            isinstance(tree.get(name), list) or tree.get(name) is UNKNOWN
            for name in _CONTAINER_LISTS
        ):
            yield path, tree
            return
        for key, value in tree.items():
            yield from _shaped_like_a_pod(value, f"{path}.{key}" if path else key)
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from _shaped_like_a_pod(value, f"{path}[{index}]")
