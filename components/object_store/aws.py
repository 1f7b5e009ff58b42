"""The object store on AWS: one S3 bucket per zone, and the rights to each as policies of roles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws import s3

from components.object_store.access import Grant
from components.object_store.bucket import Bucket, bucket
from components.object_store.grant_document import grant_documents
from components.object_store.zone import Aws, Lock, Writer, Zone

__all__ = ["Aws", "Lock", "Writer", "Zone", "build", "endpoint"]

LONGEST_DAYS: Final = 36500
"""Longest retention that S3 accepts, in days."""


@dataclass(frozen=True, kw_only=True)
class Built:
    """The buckets, and who may do what with them."""

    bucket_names: Mapping[str, pulumi.Output[str]]
    """Physical name of each bucket."""
    bucket_arns: Mapping[str, pulumi.Output[str]]
    """ARN of each bucket."""
    grant_documents: Mapping[str, pulumi.Output[str]]
    """Policy document of each user."""


def endpoint(region: str) -> str:
    """Where clients reach the store."""
    return f"https://s3.{region}.amazonaws.com"


def build(  # noqa: PLR0913 - the fields of ObjectStoreArgs, all by keyword
    parent: pulumi.ComponentResource,
    name: str,
    site: Aws,
    *,
    region: str,
    buckets: Sequence[str],
    grants: Sequence[Grant],
) -> Built:
    """Make the buckets, and the wall around every bucket of the account.

    Raises:
        ValueError: if a bucket has no zone, or a zone asks for what S3 cannot do.
    """
    _check(site, buckets)
    s3.AccountPublicAccessBlock(
        f"{name}-account",
        account_id=site.account,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    made = {
        wanted: bucket(
            parent,
            f"{name}-{wanted}",
            site.zones[wanted],
            site,
            region=region,
            receives_logs=wanted == site.log_bucket,
        )
        for wanted in buckets
    }
    _log(parent, name, site, made)
    return Built(
        bucket_names={wanted: one.name for wanted, one in made.items()},
        bucket_arns={wanted: one.arn for wanted, one in made.items()},
        grant_documents=grant_documents(
            grants,
            arns={wanted: one.arn for wanted, one in made.items()},
            key_arns={wanted: zone.key_arn for wanted, zone in site.zones.items()},
            region=region,
        ),
    )


def _log(
    parent: pulumi.ComponentResource, name: str, site: Aws, made: Mapping[str, Bucket]
) -> None:
    """Every access to every bucket is written down, but for those of the log itself."""
    log = made[site.log_bucket]
    for wanted, one in made.items():
        if wanted != site.log_bucket:
            s3.BucketLogging(
                f"{name}-{wanted}-log",
                bucket=one.name,
                target_bucket=log.name,
                target_prefix=f"{wanted}/",
                opts=pulumi.ResourceOptions(
                    parent=parent,
                    depends_on=[log.policy],
                    retain_on_delete=site.zones[wanted].lock is not None,
                ),
            )


def _check(site: Aws, buckets: Sequence[str]) -> None:
    """What S3 would refuse, or do without a word."""
    if set(site.zones) != set(buckets):
        raise ValueError(
            f"the buckets are {', '.join(sorted(buckets)) or 'none'} and the zones "
            f"{', '.join(sorted(site.zones)) or 'none'}: give each bucket its zone in `zones`"
        )
    if site.log_bucket not in site.zones:
        raise ValueError(
            f"the access logs go to the bucket {site.log_bucket}, which is not declared; declared "
            f"are {', '.join(sorted(buckets))}"
        )
    for name, zone in site.zones.items():
        locked = zone.lock is not None
        if locked and (name == site.log_bucket or Writer.CONFIG in zone.writers):
            raise ValueError(
                f"the bucket {name} has a lock, and S3 access logs and AWS Config are not "
                "delivered to a locked bucket: give them a bucket of their own without a lock"
            )
        for what, days in (
            ("retention_days", zone.retention_days),
            ("version_days", zone.version_days),
        ):
            if not 1 <= days <= LONGEST_DAYS:
                raise ValueError(f"{what} of the bucket {name} is {days}: give 1 to {LONGEST_DAYS}")
