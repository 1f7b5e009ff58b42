"""Bucket policies: exactly what was granted, and nothing for anybody else."""

from collections.abc import Iterable
from typing import Any

from app.declaration import Grant

OBJECT_ACTIONS = {
    "read": ("s3:GetObject", "s3:GetObjectVersion"),
    # No DeleteObjectVersion: who may write may hide what was, but not destroy it.
    "write": (
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:AbortMultipartUpload",
        "s3:ListMultipartUploadParts",
    ),
}
LOCK_ACTIONS = ("s3:PutObjectRetention",)
"""What a writer needs besides in a bucket with a lock; there it makes longer, and never shorter."""
BUCKET_ACTIONS = {"read": ("s3:ListBucket", "s3:ListBucketVersions"), "write": ("s3:ListBucket",)}


def document(
    bucket: str, grants: Iterable[Grant], *, locked: bool = False
) -> dict[str, Any] | None:
    """The policy of a bucket; None where nobody was granted anything."""
    statements = [
        statement
        for grant in grants
        if grant.bucket == bucket
        for statement in _statements(grant, locked=locked)
    ]
    return {"Version": "2012-10-17", "Statement": statements} if statements else None


def _statements(grant: Grant, *, locked: bool) -> list[dict[str, Any]]:
    """What one grant allows: on the objects below its prefix, and on the list of them."""
    bucket = f"arn:aws:s3:::{grant.bucket}"
    listing: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"AWS": [grant.user]},
        "Action": list(BUCKET_ACTIONS[grant.access]),
        "Resource": [bucket],
    }
    if grant.prefix:
        listing["Condition"] = {"StringLike": {"s3:prefix": f"{grant.prefix}*"}}
    objects = {
        "Effect": "Allow",
        "Principal": {"AWS": [grant.user]},
        "Action": [
            *OBJECT_ACTIONS[grant.access],
            *(LOCK_ACTIONS if locked and grant.access == "write" else ()),
        ],
        "Resource": [f"{bucket}/{grant.prefix}*"],
    }
    return [listing, objects]
