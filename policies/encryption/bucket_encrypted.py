"""Every S3 bucket is encrypted with KMS, by its own setting or by one that belongs to it."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Finding, stack_rule
from policies.reading import field, find

TYPES: Final = {
    "aws:s3/bucket:Bucket": "serverSideEncryptionConfiguration",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        "rules"
    ),
}
_BUCKETS: Final = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
_SETTING: Final = "BucketServerSideEncryptionConfiguration"
_ALGORITHM: Final = "applyServerSideEncryptionByDefault.sseAlgorithm"
_INLINE: Final = f"serverSideEncryptionConfiguration.rule.{_ALGORITHM}"
_ALLOWED: Final = ("aws:kms", "aws:kms:dsse")


def judge(resources: list[Declared]) -> Iterator[Finding]:
    """Joins buckets with the settings of the same stack, by name or by what they derive from."""
    settings = [resource for resource in resources if resource.type.endswith(f":{_SETTING}")]
    for setting in settings:
        for path, given in find(setting.props, f"rules[+].{_ALGORITHM}"):
            if given not in _ALLOWED:
                yield Finding(path=path, given=given, allowed=_words(), urn=setting.urn)
    for bucket in resources:
        if bucket.type in _BUCKETS and not any(_is_of(setting, bucket) for setting in settings):
            ((path, given),) = find(bucket.props, _INLINE)
            if given not in _ALLOWED:
                yield Finding(path=path, given=given, allowed=_words(), urn=bucket.urn)


def _words() -> str:
    return f"{' or '.join(_ALLOWED)}, here or in a {_SETTING} of the bucket"


def _is_of(setting: Declared, bucket: Declared) -> bool:
    name = field(setting.props, "bucket")
    by_name = isinstance(name, str) and name == field(bucket.props, "bucket")
    return by_name or bucket.urn in setting.derived_from.get("bucket", ())


policy = stack_rule(
    __name__,
    description="S3 buckets are encrypted with KMS.",
    severity=Severity.CRITICAL,
    remediation=f'add a {_SETTING} with sseAlgorithm "aws:kms" and a key.',
    judge=judge,
)
