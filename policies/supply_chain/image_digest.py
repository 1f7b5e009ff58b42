"""Every image is named by its digest, so what was checked is what runs."""

import re
from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Finding, resource_rule
from policies.pods import POD_TYPES, images

TYPES: Final = POD_TYPES

_PINNED: Final = re.compile(r"[^@\s]+@sha256:[0-9a-f]{64}")


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the last part of each image reference."""
    for path, image in images(resource):
        if not (isinstance(image, str) and _PINNED.fullmatch(image)):
            yield Finding(path=path, given=image, allowed="<repository>@sha256:<64 hex digits>")


policy = resource_rule(
    __name__,
    description="Images are named by digest, never by a tag alone.",
    severity=Severity.HIGH,
    remediation="refer to the image by the digest that was built, pushed and checked.",
    judge=judge,
)
