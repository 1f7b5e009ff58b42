"""A key of one's own: who administers it does not use it, and nothing foreign is inside."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import kms

from components.encryption_key.key_policy import key_policy
from components.encryption_key.service import Service
from components.tags import Tags

__all__ = ["EncryptionKey", "EncryptionKeyArgs", "Service"]

ROTATION_DAYS = range(90, 2561)
"""Periods of rotation that AWS accepts, in days."""
DELETION_DAYS = range(7, 31)
"""Waiting times before a deletion that AWS accepts, in days."""
_WORD = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyArgs:
    """What a key is for and who may use it."""

    purpose: str
    """What it encrypts (`lake`, `logs`): lower-case letters, digits and hyphens."""
    services: Sequence[Service]
    """AWS services that may use it; a caller of one must also be allowed by its own policy."""
    account: str
    """Number of the account; nobody from outside it can use the key."""
    region: str
    """Region of the key; there is no copy in another."""
    tags: Tags
    """Whose key it is; the data class is also part of its alias."""
    users: Sequence[pulumi.Input[str]] = ()
    """ARNs of roles that use it without an AWS service between."""
    rotation_days: int = 365
    """Days after which new material takes over; old data stay readable."""
    deletion_window_days: int = 30
    """Days in which a deletion can be taken back."""


class EncryptionKey(pulumi.ComponentResource):
    """A symmetric KMS key with its alias, for one purpose and one class of data.

    It outlives the stack: what a lost key had encrypted is lost.
    """

    arn: pulumi.Output[str]
    key_id: pulumi.Output[str]
    alias: pulumi.Output[str]

    def __init__(
        self, name: str, args: EncryptionKeyArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make the key.

        Raises:
            ValueError: if the purpose, the rotation or the deletion window is not allowed.
        """
        super().__init__("mizan:components:EncryptionKey", name, None, opts)
        _check(name, args)
        key = kms.Key(
            f"{name}-key",
            description=f"Encrypts {args.purpose}: {args.tags.data_class} data",
            key_usage="ENCRYPT_DECRYPT",
            customer_master_key_spec="SYMMETRIC_DEFAULT",
            enable_key_rotation=True,
            rotation_period_in_days=args.rotation_days,
            deletion_window_in_days=args.deletion_window_days,
            multi_region=False,
            policy=key_policy(
                account=args.account,
                region=args.region,
                services=args.services,
                users=args.users,
            ),
            tags=args.tags.of(name),
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
        )
        alias = kms.Alias(
            f"{name}-alias",
            # People and their tools know a key by this name, so it is the same in every account.
            name=f"alias/mizan/{args.purpose}/{args.tags.data_class}",
            target_key_id=key.key_id,
            # It never comes to mean another key: where that has ended, data are under the old one.
            opts=pulumi.ResourceOptions(parent=self, replace_on_changes=["targetKeyId"]),
        )
        self.arn = key.arn
        self.key_id = key.key_id
        self.alias = alias.name
        self.register_outputs({"arn": self.arn, "key_id": self.key_id, "alias": self.alias})


def _check(name: str, args: EncryptionKeyArgs) -> None:
    if not _WORD.fullmatch(args.purpose):
        raise ValueError(
            f"the purpose of the key {name} is {args.purpose!r}: give lower-case letters, digits "
            "and hyphens, such as lake"
        )
    if not args.services and not args.users:
        raise ValueError(
            f"nobody may use the key {name}: name the AWS services in `services`, or roles in "
            "`users`"
        )
    for what, days, allowed in (
        ("rotation_days", args.rotation_days, ROTATION_DAYS),
        ("deletion_window_days", args.deletion_window_days, DELETION_DAYS),
    ):
        if days not in allowed:
            raise ValueError(
                f"{what} of the key {name} is {days}: give {allowed.start} to {allowed.stop - 1}"
            )
