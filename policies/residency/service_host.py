"""No service host name of a foreign region, at any depth, JSON documents in strings included."""

import re
from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Finding, resource_rule
from policies.locations import ALLOWED_REGIONS, foreign_hosts
from policies.pods import images

TYPES: Final = {
    "aws:ec2/instance:Instance": "userData and userDataBase64, decoded",
    "aws:ec2/launchTemplate:LaunchTemplate": "userData, decoded",
    "aws:lambda/function:Function": "environment.variables",
    "kubernetes:core/v1:ConfigMap": "data",
}

_PRINCIPAL: Final = re.compile(r"\.Principal\.Service(\[\d+\])?$")
_NAMES: Final = frozenset({"logging.s3.amazonaws.com"})
"""Names of services in policies that look like hosts: nobody sends a request there."""


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges every string of a resource; images of pods have a rule of their own."""
    judged_elsewhere = {path for path, _ in images(resource)}
    for path, value in resource.texts:
        is_name = value in _NAMES and _PRINCIPAL.search(path)
        if path not in judged_elsewhere and not is_name:
            for host in foreign_hosts(value):
                yield Finding(path=path, given=host, allowed=f"a service host of {ALLOWED_REGIONS}")


policy = resource_rule(
    __name__,
    description="No resource refers to a service host in a region that is not allowed.",
    severity=Severity.CRITICAL,
    remediation="use the regional endpoint of an allowed region, not a foreign or a global one.",
    judge=judge,
)
