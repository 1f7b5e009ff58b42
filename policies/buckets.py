"""Buckets of a plan, and every place of an AWS resource that names a bucket."""

import re
from collections.abc import Iterator
from typing import Final

from policies.judging import Declared
from policies.reading import UNKNOWN, Tree, field

BUCKETS: Final = (
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketV2:BucketV2",
    "aws:s3/directoryBucket:DirectoryBucket",
    "aws:s3control/bucket:Bucket",
)
_OWN_NAMES: Final = (*BUCKETS, "aws:timestreaminfluxdb/")
"""What gives its name to a bucket under the key `bucket`, of S3 or of something else."""
_KEY: Final = re.compile(r"(^|[a-z0-9])bucket(name|arn)?$", re.IGNORECASE)
_NAMED: Final = re.compile(
    r"(?:\barn:aws[\w-]*:s3:::|\bs3[an]?://)([^/\s\"',:]+)|(?<!.)([^/\s:]+)$", re.IGNORECASE
)
_BY_REFERENCE: Final = re.compile(r"\barn:aws[\w-]*:s3:::|\bs3[an]?://", re.IGNORECASE)
_FREE_TEXT: Final = ("tags", "tagsAll", "description")


def name_of(text: str) -> str:
    """Gives the bucket that a name, an ARN or an S3 URI speaks of; the text itself if neither."""
    match = _NAMED.search(text)
    return (match[1] or match[2]) if match else text


def mentions(resource: Declared) -> Iterator[tuple[str, Tree]]:
    """Finds every place that names a bucket: by its key, or as an ARN or an S3 URI.

    Statements of policies are not among them: they say who may, and move nothing.

    Yields:
        Concrete path, and the bucket's name or `UNKNOWN`.
    """
    own = resource.type.startswith(_OWN_NAMES)
    skipped = (*_FREE_TEXT, *(statement.path for statement in resource.statements))
    for path, value in resource.leaves:
        by_key = _KEY.search(path.rpartition(".")[2]) and not (own and path == "bucket")
        if value is UNKNOWN and by_key:
            yield path, UNKNOWN
        elif not isinstance(value, str) or not value or path.startswith(skipped):
            continue
        elif by_key or _BY_REFERENCE.search(value):
            yield path, name_of(value)


def owned(bucket: Declared, name: Tree, *, derived: bool) -> bool:
    """Tells whether a name is that of a bucket.

    Args:
        bucket: A bucket of the plan.
        name: The name, or `UNKNOWN`.
        derived: Whether the name was made from the bucket. That decides where it is not known yet,
            or where the bucket's declaration leaves its name to the engine.
    """
    given, prefix = field(bucket.props, "bucket"), field(bucket.props, "bucketPrefix")
    if name is UNKNOWN:
        return derived
    if isinstance(given, str):
        return bool(given == name)
    return derived or (isinstance(prefix, str) and prefix != "" and str(name).startswith(prefix))
