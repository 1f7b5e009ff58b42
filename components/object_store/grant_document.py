"""Grants as the policies of roles: the same rights that the store inside a cluster gives."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pulumi

from components import iam
from components.object_store.access import Access, Grant
from components.object_store.bucket_policy import objects

LIST: Final = {
    Access.READ: ("s3:ListBucket", "s3:ListBucketVersions"),
    Access.WRITE: ("s3:ListBucket",),
}
DATA: Final = {
    Access.READ: ("s3:GetObject", "s3:GetObjectVersion"),
    # No DeleteObjectVersion: who may write may hide what was, but not destroy it.
    Access.WRITE: (
        "s3:AbortMultipartUpload",
        "s3:DeleteObject",
        "s3:GetObject",
        "s3:ListMultipartUploadParts",
        "s3:PutObject",
    ),
}
KEY: Final = {
    Access.READ: ("kms:Decrypt",),
    Access.WRITE: ("kms:Decrypt", "kms:GenerateDataKey"),
}


def grant_documents(
    grants: Sequence[Grant],
    *,
    arns: Mapping[str, pulumi.Input[str]],
    key_arns: Mapping[str, pulumi.Input[str]],
    region: str,
) -> dict[str, pulumi.Output[str]]:
    """The policy document of every user that was granted anything.

    Args:
        grants: Who may do what.
        arns: ARN of each bucket.
        key_arns: Key of each bucket.
        region: Region of the store.
    """
    users = sorted({grant.user for grant in grants})
    return {
        user: iam.document(
            *(
                statement
                for grant in grants
                if grant.user == user
                for statement in _statements(
                    grant, arns[grant.bucket], key_arns[grant.bucket], region
                )
            )
        )
        for user in users
    }


def _statements(
    grant: Grant, arn: pulumi.Input[str], key_arn: pulumi.Input[str], region: str
) -> list[dict[str, Any]]:
    """One grant: the list, the objects, and the key that they are encrypted with."""
    listed = (
        {"Condition": {"StringLike": {"s3:prefix": f"{grant.prefix}*"}}} if grant.prefix else {}
    )
    return [
        iam.allow(LIST[grant.access], [arn], **listed),
        iam.allow(DATA[grant.access], [objects(arn, grant.prefix)]),
        iam.allow(
            KEY[grant.access],
            [key_arn],
            Condition={
                "StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"},
                # The bucket, as its own key stands between; the object, where it does not.
                "StringLike": {"kms:EncryptionContext:aws:s3:arn": [arn, objects(arn)]},
            },
        ),
    ]
