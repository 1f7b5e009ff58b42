"""Every image that a pod runs or mounts comes from a registry inside the boundary."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.boundary import BOUNDARY
from policies.judging import Declared, Finding, resource_rule
from policies.pods import POD_TYPES, images
from policies.reading import Tree

TYPES: Final = POD_TYPES

_DEFAULT: Final = "docker.io"


def registry_of(image: str) -> str:
    """Gives the host an image is pulled from, as container runtimes read the reference."""
    first, slash, _ = image.partition("/")
    named = slash and (first == "localhost" or any(mark in first for mark in ".:"))
    return first if named else _DEFAULT


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the host part of each image reference."""
    for path, image in images(resource):
        if not _inside(image):
            yield Finding(
                path=path, given=image, allowed="registry " + " or ".join(BOUNDARY.registry_hosts)
            )


def _inside(image: Tree) -> bool:
    return isinstance(image, str) and BOUNDARY.allows_registry(registry_of(image))


policy = resource_rule(
    __name__,
    description="Images come from registries inside the boundary only.",
    severity=Severity.CRITICAL,
    remediation="copy the image into a declared registry (make mirror) and refer to it there.",
    judge=judge,
)
