"""Backups and the record of calls are locked: no administrator ends them early."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.joining import Companion, alone, belongs
from policies.judging import Declared, Finding, stack_rule

_TRAIL: Final = "aws:cloudtrail/trail:Trail"
_VAULT: Final = "aws:backup/vault:Vault"
_LOCK: Final = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
_VAULTS: Final = Companion(
    of=(_VAULT,),
    setting="aws:backup/vaultLockConfiguration:VaultLockConfiguration",
    key="backupVaultName",
    name="name",
    words="a VaultLockConfiguration of it",
)
TYPES: Final = {_VAULT: "urn", _TRAIL: "s3BucketName"}


def judge(resources: list[Declared]) -> Iterator[Finding]:
    """Joins vaults with their locks, and each trail with its bucket and that bucket's lock."""
    yield from alone(resources, (_VAULTS,))
    buckets = [one for one in resources if one.type == "aws:s3/bucket:Bucket"]
    locks = [one for one in resources if one.type == _LOCK]
    locked = [
        bucket
        for bucket in buckets
        if any(belongs(lock, bucket, "bucket", "bucket") for lock in locks)
    ]
    for trail in resources:
        if trail.type == _TRAIL and not any(
            belongs(trail, bucket, "s3BucketName", "bucket") for bucket in locked
        ):
            yield Finding(
                path="s3BucketName",
                given=trail.props.get("s3BucketName"),
                allowed="a bucket of this stack with a BucketObjectLockConfiguration",
                urn=trail.urn,
            )


policy = stack_rule(
    __name__,
    description="Backups and the record of calls cannot be ended early.",
    severity=Severity.HIGH,
    remediation="lock the vault, and the bucket of the trail.",
    judge=judge,
)
