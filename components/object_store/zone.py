"""Where buckets lie on AWS, and what each holds: whose data, for how long, written by whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import pulumi

from components.tags import Tags


class Lock(StrEnum):
    """How firmly an object is kept for its retention."""

    COMPLIANCE = "COMPLIANCE"
    """Nobody can shorten it, the owner of the account included."""
    GOVERNANCE = "GOVERNANCE"
    """The bucket's policy forbids to shorten it, and whoever changes that is seen."""


class Writer(StrEnum):
    """An AWS service that writes to a bucket in its own name."""

    CONFIG = "config"
    """AWS Config, its histories; it does not write to a bucket with a lock."""
    LOG_DELIVERY = "log-delivery"
    """The service that writes flow logs, firewall logs and DNS query logs."""
    TRAIL = "trail"
    """CloudTrail; the trail must name the key of the bucket."""


@dataclass(frozen=True, kw_only=True)
class Zone:
    """One bucket's purpose, from which its key, its lifecycle and its lock follow."""

    key_arn: pulumi.Input[str]
    """Key that encrypts every object; no other is accepted."""
    retention_days: int
    """Days after which an object expires, and until which a lock holds it."""
    tags: Tags
    """Whose data these are."""
    version_days: int = 30
    """Days for which what was overwritten or deleted can be brought back."""
    lock: Lock | None = None
    """Whether objects can be destroyed before their time; what is locked outlives the stack."""
    writers: Sequence[Writer] = ()
    """AWS services that write here."""


@dataclass(frozen=True, kw_only=True)
class Aws:
    """What the store is made of where Amazon S3 is the store."""

    account: str
    """Number of the account; no other may use a bucket."""
    vpc_endpoint_ids: Sequence[pulumi.Input[str]]
    """Endpoints for S3, the network's gateway first: data pass through them and no other way."""
    zones: Mapping[str, Zone]
    """What each bucket holds, by its name."""
    log_bucket: str
    """Bucket that receives the access logs of all others; it has no lock and outlives the stack."""
    service_role_arns: Sequence[pulumi.Input[str]] = ()
    """ARNs, or patterns of them, of roles with which AWS services reach data from networks of
    their own, such as Lake Formation and AWS Backup."""
