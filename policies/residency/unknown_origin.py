"""A value that is not known at preview is proven only by what it is made from.

Region, ARN and host of such a value cannot be read yet. It is in the country if it comes from
resources of this very stack, which are judged themselves; from anywhere else it is unproven.
"""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Finding, stack_rule
from policies.reading import UNKNOWN

TYPES: Final = {
    "aws:s3/bucketObjectv2:BucketObjectv2": "bucket",
    "kubernetes:core/v1:ConfigMap": "data",
}

_OUTSIDE: Final = "pulumi:pulumi:StackReference"


def judge(resources: list[Declared]) -> Iterator[Finding]:
    """Judges each unknown input by the resources that its property depends on."""
    judged = {one.urn for one in resources if one.type != _OUTSIDE and not _component(one)}
    for resource in resources:
        if _component(resource):
            continue  # nothing is made from its inputs but its children
        for path, value in resource.leaves:
            if value is not UNKNOWN:
                continue
            top = path.partition(".")[0].partition("[")[0]
            sources = resource.derived_from.get(top, ())
            if not sources or not judged.issuperset(sources):
                yield Finding(
                    path=path,
                    given=value,
                    allowed="an unknown value made from resources of this stack",
                    urn=resource.urn,
                )


def _component(resource: Declared) -> bool:
    """Tells a component: what it gives out may be of its children, or of anywhere.

    The SDK names the children of a component of this program in its place, so one that is named
    as a source is made elsewhere.
    """
    return resource.provider_type is None and not resource.type.startswith("pulumi:providers:")


policy = stack_rule(
    __name__,
    description="A value that is not known at preview comes from resources of the same stack.",
    severity=Severity.HIGH,
    remediation="pass the output of a resource of this stack, or a value known at preview.",
    judge=judge,
)
