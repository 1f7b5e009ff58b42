"""Tries every account on every bucket: what was granted works, and the rest is refused.

Nothing is left behind: reading asks for a key that does not exist, writing begins an upload in
parts and gives it up.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from app.declaration import Declaration
from app.store import client

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEY = ".mizan-trial"
# A key below no prefix that anybody would be granted.
ELSEWHERE = ".mizan-elsewhere/"


def faults(declaration: Declaration) -> Iterator[str]:
    """Every right that is not as declared, in words."""
    for user, credential in declaration.users.items():
        account = client(declaration, credential)
        for bucket in declaration.buckets:
            yield from _faults_of(declaration, account, user, bucket)
    anonymous = boto3.client(
        "s3",
        endpoint_url=declaration.endpoint,
        region_name=declaration.region,
        verify=str(declaration.authority),
        config=Config(signature_version=UNSIGNED, s3={"addressing_style": "path"}),
    )
    for bucket in declaration.buckets:
        yield from _judge("nobody", bucket, ELSEWHERE, set(), _actions(anonymous, bucket))


def _faults_of(
    declaration: Declaration, account: "S3Client", user: str, bucket: str
) -> Iterator[str]:
    """What one account can and cannot do with one bucket."""
    granted = [g for g in declaration.grants if (g.user, g.bucket) == (user, bucket)]
    for prefix in sorted({ELSEWHERE, *(grant.prefix for grant in granted)}):
        reaching = {grant.access for grant in granted if prefix.startswith(grant.prefix)}
        allowed = ({"list", "read"} if reaching else set()) | (reaching & {"write"})
        yield from _judge(user, bucket, prefix, allowed, _actions(account, bucket))


def _actions(account: "S3Client", bucket: str) -> dict[str, Callable[[str], object]]:
    """The things that are tried, each below a prefix."""

    def write(prefix: str) -> None:
        begun = account.create_multipart_upload(Bucket=bucket, Key=prefix + KEY)
        account.abort_multipart_upload(Bucket=bucket, Key=prefix + KEY, UploadId=begun["UploadId"])

    return {
        "list": lambda prefix: account.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1),
        "read": lambda prefix: account.get_object(Bucket=bucket, Key=prefix + KEY),
        "write": write,
        "read the rights of": lambda _: account.get_bucket_policy(Bucket=bucket),
    }


def _judge(
    user: str,
    bucket: str,
    prefix: str,
    allowed: set[str],
    actions: dict[str, Callable[[str], object]],
) -> Iterator[str]:
    where = f"{bucket}/{prefix}"
    for action, attempt in actions.items():
        if _succeeds(attempt, prefix) and action not in allowed:
            yield f"{user} can {action} {where}, which was not granted"
        elif action in allowed and not _succeeds(attempt, prefix):
            yield f"{user} cannot {action} {where}, which was granted"


def _succeeds(attempt: Callable[[str], object], prefix: str) -> bool:
    """Whether the store lets it happen; a key that does not exist was looked for, so it does."""
    try:
        attempt(prefix)
    except ClientError as refused:
        code = refused.response["Error"]["Code"]
        # Some requests are not even there for whoever did not sign them.
        if code in {"AccessDenied", "MethodNotAllowed"}:
            return False
        if code in {"NoSuchKey", "NoSuchBucketPolicy"}:
            return True
        raise
    return True
