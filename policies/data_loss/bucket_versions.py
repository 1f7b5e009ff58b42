"""Every bucket keeps what was overwritten or deleted, until its lifecycle says otherwise."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.joining import Companion, alone
from policies.judging import Declared, Finding, stack_rule
from policies.reading import find

_VERSIONING: Final = "aws:s3/bucketVersioning:BucketVersioning"
_BUCKETS: Final = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
_WORDS: Final = "a BucketVersioning of it"

TYPES: Final = {**dict.fromkeys(_BUCKETS, "urn"), _VERSIONING: "versioningConfiguration.status"}

_COMPANION: Final = Companion(
    of=_BUCKETS, setting=_VERSIONING, key="bucket", name="bucket", words=_WORDS
)


def judge(resources: list[Declared]) -> Iterator[Finding]:
    """Joins buckets with the settings of the same stack, and judges what those say."""
    by_itself = {
        one.urn
        for one in resources
        if one.type in _BUCKETS
        and [value for _, value in find(one.props, "versioning.enabled")] == [True]
    }
    yield from (one for one in alone(resources, (_COMPANION,)) if one.urn not in by_itself)
    for resource in resources:
        if resource.type == _VERSIONING:
            for path, value in find(resource.props, "versioningConfiguration.status"):
                if value != "Enabled":
                    yield Finding(path=path, given=value, allowed='"Enabled"', urn=resource.urn)


policy = stack_rule(
    __name__,
    description="Buckets keep what was overwritten or deleted.",
    severity=Severity.HIGH,
    remediation='add a BucketVersioning with the status "Enabled".',
    judge=judge,
)
