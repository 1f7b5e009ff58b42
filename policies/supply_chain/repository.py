"""Repositories of images do not change under a tag, and take nothing in unseen."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Demand, Finding, resource_rule, unmet
from policies.tables import images

TYPES: Final[dict[str, tuple[Demand, ...]]] = images.REPOSITORIES


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges tags, scans, and what a repository fetches."""
    yield from unmet(resource.props, TYPES.get(resource.type, ()))


policy = resource_rule(
    __name__,
    description="Repositories keep what a tag named, scan what comes, and fetch nothing.",
    severity=Severity.HIGH,
    remediation="make tags immutable, scan on push, and copy foreign images by make mirror.",
    judge=judge,
)
