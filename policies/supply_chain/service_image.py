"""Services of AWS run images from registries inside the boundary, by digest."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.boundary import BOUNDARY
from policies.judging import Declared, Finding, resource_rule
from policies.reading import UNKNOWN, Tree, find, structured
from policies.tables.images import IMAGES

TYPES: Final = {token: ", ".join(paths) for token, paths in IMAGES.items()}

_OF_AWS: Final = "aws/codebuild/"
"""Images that CodeBuild holds in each region itself; they have no digest."""


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges registry and digest of each image that a service runs."""
    paths = IMAGES.get(resource.type, ())
    opened = {key: structured(value) for key, value in resource.props.items()} if paths else {}
    for path in paths:
        for place, image in find(opened, path):
            if not _proven(image):
                registries = " or ".join(BOUNDARY.registry_hosts)
                allowed = f"an image by digest (@sha256:...) from registry {registries}"
                yield Finding(path=place, given=image, allowed=allowed)


def _proven(image: Tree) -> bool:
    """Accepts an unknown image too: it is of a repository of this stack, judged when known."""
    if image is UNKNOWN:
        return True
    if not isinstance(image, str):
        return False
    host = image.partition("/")[0]
    return image.startswith(_OF_AWS) or (BOUNDARY.allows_registry(host) and "@sha256:" in image)


policy = resource_rule(
    __name__,
    description="Services of AWS run images of the boundary's registries, by digest.",
    severity=Severity.CRITICAL,
    remediation="copy the image into a repository of the region and name it by digest.",
    judge=judge,
)
