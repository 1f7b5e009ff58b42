"""Brings the store to what was declared, changing only what differs."""

import json
import logging
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from app import policy
from app.accounts import Accounts
from app.declaration import Credential, Declaration

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectLockConfigurationTypeDef

logger = logging.getLogger("store-setup")

CONNECT_SECONDS = 5
ANSWER_SECONDS = 20


def client(declaration: Declaration, credential: Credential) -> "S3Client":
    """An S3 client that signs as the credential says and trusts our own authority only."""
    return boto3.client(
        "s3",
        endpoint_url=declaration.endpoint,
        region_name=declaration.region,
        aws_access_key_id=credential.access_key,
        aws_secret_access_key=credential.secret_key,
        verify=str(declaration.authority),
        config=Config(
            s3={"addressing_style": "path"},
            connect_timeout=CONNECT_SECONDS,
            read_timeout=ANSWER_SECONDS,
            retries={"total_max_attempts": 2},
        ),
    )


def reconcile(declaration: Declaration) -> int:
    """Bring about buckets, accounts and policies; the number of things that had to change."""
    root = client(declaration, declaration.root)
    # Accounts first: the store refuses a policy that names one it does not know.
    return (
        sum(_bucket(root, name) for name in declaration.buckets)
        + sum(_lock(root, name, days) for name, days in declaration.locked_days.items())
        + _accounts(declaration)
        + sum(_policy(root, name, declaration) for name in declaration.buckets)
        + _strangers(root, declaration)
    )


def _bucket(root: "S3Client", name: str) -> int:
    """A bucket that keeps old versions."""
    changes = 0
    if name not in _bucket_names(root):
        root.create_bucket(Bucket=name)
        changes += _changed("bucket %s created", name)
    if root.get_bucket_versioning(Bucket=name).get("Status") != "Enabled":
        root.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        changes += _changed("bucket %s keeps versions from now on", name)
    return changes


def _lock(root: "S3Client", name: str, days: int) -> int:
    """A bucket in which a version cannot be deleted, by root neither, before its days are over.

    Whoever writes may lock a version for longer; taking the rule away does not shorten that.
    """
    wanted: ObjectLockConfigurationTypeDef = {
        "ObjectLockEnabled": "Enabled",
        "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": days}},
    }
    if _held_lock(root, name) == wanted:
        return 0
    root.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=wanted)
    return _changed("bucket %s locks its versions", name)


def _held_lock(root: "S3Client", name: str) -> object:
    """The lock of a bucket as the store holds it; None where it has none."""
    try:
        return root.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"]
    except ClientError as refused:
        if refused.response["Error"]["Code"] == "ObjectLockConfigurationNotFoundError":
            return None
        raise


def _accounts(declaration: Declaration) -> int:
    """One account for each workload, with the secret that was issued to it."""
    accounts = Accounts(declaration)
    held = accounts.held()
    changes = 0
    for user, wanted in declaration.users.items():
        if user not in held:
            accounts.create(wanted)
            changes += _changed("account %s created", user)
        elif held[user] != wanted:
            accounts.change_secret(wanted)
            changes += _changed("account %s has its new secret", user)
    for user in held.keys() - declaration.users.keys() - {declaration.root.access_key}:
        accounts.delete(user)
        changes += _changed("account %s removed: nothing declares it any more", user)
    return changes


def _policy(root: "S3Client", name: str, declaration: Declaration) -> int:
    """The rights to a bucket; none at all where nobody was granted any."""
    wanted = policy.document(name, declaration.grants, locked=name in declaration.locked_days)
    held = _held_policy(root, name)
    if held == wanted:
        return 0
    if wanted is None:
        root.delete_bucket_policy(Bucket=name)
        return _changed("rights to bucket %s taken away", name)
    root.put_bucket_policy(Bucket=name, Policy=json.dumps(wanted))
    return _changed("rights to bucket %s written", name)


def _strangers(root: "S3Client", declaration: Declaration) -> int:
    """Buckets that nothing declares keep their data, and lose everybody's rights."""
    changes = 0
    for name in sorted(_bucket_names(root) - set(declaration.buckets)):
        if _held_policy(root, name) is not None:
            root.delete_bucket_policy(Bucket=name)
            changes += _changed("rights to bucket %s taken away: nothing declares it", name)
    return changes


def _bucket_names(root: "S3Client") -> set[str]:
    return {bucket["Name"] for bucket in root.list_buckets()["Buckets"]}


def _held_policy(root: "S3Client", name: str) -> object:
    """The policy of a bucket as the store holds it; None where it has none."""
    try:
        return json.loads(root.get_bucket_policy(Bucket=name)["Policy"])
    except ClientError as refused:
        if refused.response["Error"]["Code"] == "NoSuchBucketPolicy":
            return None
        raise


def _changed(message: str, name: str) -> int:
    logger.info("changed  " + message, name)  # noqa: G003 - the verb is the same in every line
    return 1
