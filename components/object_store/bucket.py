"""One S3 bucket with everything that closes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_aws import s3

from components import iam
from components.object_store import bucket_policy
from components.object_store.zone import Aws, Zone

UPLOAD_DAYS: Final = 7
"""Days after which the parts of an upload that never ended are removed."""


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """A bucket that is told of once it is closed."""

    name: pulumi.Output[str]
    """Its physical name."""
    arn: pulumi.Output[str]
    """Its ARN."""
    policy: pulumi.Resource
    """Its policy."""


def bucket(  # noqa: PLR0913 - what one bucket is made of, all by keyword
    parent: pulumi.ComponentResource,
    name: str,
    zone: Zone,
    site: Aws,
    *,
    region: str,
    receives_logs: bool,
) -> Bucket:
    """Make a bucket, encrypted, versioned, private, and held where the zone has a lock.

    Args:
        parent: The store.
        name: Name of the bucket, with which its physical name begins.
        zone: What it holds.
        site: The account and the network around it.
        region: Region of the store.
        receives_logs: Whether S3 writes the access logs of other buckets here.
    """
    # What is locked outlives the stack, and so does the record of who looked at it: neither can be
    # emptied. What closes such a bucket stays with it.
    outlives = zone.lock is not None or receives_logs

    def under(*earlier: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=parent, depends_on=earlier, retain_on_delete=outlives)

    made = s3.Bucket(
        name,
        object_lock_enabled=zone.lock is not None,
        tags=zone.tags.of(name),
        opts=under(),
    )
    private = s3.BucketPublicAccessBlock(
        f"{name}-private",
        bucket=made.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=under(),
    )
    owner = s3.BucketOwnershipControls(
        f"{name}-owner",
        bucket=made.bucket,
        rule={"object_ownership": "BucketOwnerEnforced"},
        opts=under(private),
    )
    encryption = s3.BucketServerSideEncryptionConfiguration(
        f"{name}-encryption",
        bucket=made.bucket,
        rules=[
            {
                "apply_server_side_encryption_by_default": {
                    "sse_algorithm": "aws:kms",
                    "kms_master_key_id": zone.key_arn,
                },
                "bucket_key_enabled": True,
            }
        ],
        opts=under(),
    )
    versions = s3.BucketVersioning(
        f"{name}-versions",
        bucket=made.bucket,
        versioning_configuration={"status": "Enabled"},
        opts=under(),
    )
    s3.BucketLifecycleConfiguration(
        f"{name}-lifecycle",
        bucket=made.bucket,
        rules=lifecycle(zone),
        opts=under(versions),
    )
    if zone.lock is not None:
        s3.BucketObjectLockConfiguration(
            f"{name}-lock",
            bucket=made.bucket,
            rule={"default_retention": {"mode": zone.lock.value, "days": zone.retention_days}},
            opts=under(versions),
        )
    policy = s3.BucketPolicy(
        f"{name}-policy",
        bucket=made.bucket,
        policy=iam.document(
            *bucket_policy.refusals(
                made.arn,
                account=site.account,
                key_arn=zone.key_arn,
                vpc_endpoint_ids=site.vpc_endpoint_ids,
                service_role_arns=site.service_role_arns,
                locked=zone.lock is not None,
            ),
            *bucket_policy.deliveries(
                made.arn, account=site.account, region=region, writers=zone.writers
            ),
            *([bucket_policy.access_logs(made.arn, site.account)] if receives_logs else []),
        ),
        # S3 refuses two changes of one bucket's access at the same time.
        opts=under(private, owner),
    )
    closed = pulumi.Output.all(policy.id, encryption.id, versions.id)
    return Bucket(
        name=pulumi.Output.all(made.bucket, closed).apply(_first),
        arn=pulumi.Output.all(made.arn, closed).apply(_first),
        policy=policy,
    )


def lifecycle(zone: Zone) -> list[dict[str, Any]]:
    """What is removed when: expired objects, old versions, and what an upload left behind."""
    return [
        {
            "id": "retention",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "expiration": {"days": zone.retention_days},
            "noncurrent_version_expiration": {"noncurrent_days": zone.version_days},
        },
        {
            "id": "leftovers",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "expiration": {"expired_object_delete_marker": True},
            "abort_incomplete_multipart_upload": {"days_after_initiation": UPLOAD_DAYS},
        },
    ]


def _first(values: Sequence[Any]) -> str:
    return str(values[0])
