"""Backups: what is kept in a locked vault, from which nothing is copied away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components import iam
from components.backup.retention import Retention
from components.tags import Tags

__all__ = ["Backup", "BackupArgs", "Retention"]

ROLE_POLICIES = {
    "backup": "service-role/AWSBackupServiceRolePolicyForBackup",
    "restore": "service-role/AWSBackupServiceRolePolicyForRestores",
    "s3-backup": "AWSBackupServiceRolePolicyForS3Backup",
    "s3-restore": "AWSBackupServiceRolePolicyForS3Restore",
}
"""What AWS lets its own service do; it keeps these policies as services learn to be backed up."""

TOLD = (
    "BACKUP_JOB_FAILED",
    "BACKUP_JOB_EXPIRED",
    "COPY_JOB_STARTED",
    "RESTORE_JOB_STARTED",
    "RESTORE_JOB_COMPLETED",
    "RECOVERY_POINT_MODIFIED",
    "S3_BACKUP_OBJECT_FAILED",
    "S3_RESTORE_OBJECT_FAILED",
)
"""Events that somebody should hear of."""

REMOVING = (
    "backup:DeleteBackupVault",
    "backup:DeleteRecoveryPoint",
    "backup:DisassociateRecoveryPoint",
    "backup:UpdateRecoveryPointLifecycle",
)
COPYING = (
    "backup:CopyFromBackupVault",
    "backup:CopyIntoBackupVault",
    "backup:StartCopyJob",
)


@dataclass(frozen=True, kw_only=True)
class BackupArgs:
    """What is backed up, when, and for how long."""

    account: str
    """Number of the account."""
    key_arn: pulumi.Input[str]
    """Key that encrypts the vault."""
    topic_arn: pulumi.Input[str]
    """Topic that hears of failures, restores and copies; its policy must admit AWS Backup."""
    retention: Retention
    """How long backups are kept, and the lock that nobody lifts."""
    schedule: str
    """When, as a cron expression of AWS in `timezone` (`cron(0 1 * * ? *)`: daily at one)."""
    timezone: str
    """IANA time zone of the schedule."""
    tags: Tags
    """What the backups are for, and how protected they are."""
    resource_arns: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """What is backed up, by name: buckets, volumes, clusters, tables."""
    selected_by: Mapping[str, str] = field(default_factory=dict)
    """Or by tag: what bears one of these tags with this value is backed up as well."""


class Backup(pulumi.ComponentResource):
    """Daily backups in a vault under a compliance lock.

    Once the lock is final nobody, AWS included, can delete a backup before its time. Nothing is
    copied out of the vault: a copy for another site is made by that site, over the link.
    """

    vault_arn: pulumi.Output[str]
    vault_name: pulumi.Output[str]
    plan_id: pulumi.Output[str]
    role_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: BackupArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make the vault, its lock and the plan.

        Raises:
            ValueError: if nothing is selected.
        """
        super().__init__("mizan:components:Backup", name, None, opts)
        if not args.resource_arns and not args.selected_by:
            raise ValueError(
                f"{name} backs up nothing: name resources in `resource_arns`, or a tag in "
                "`selected_by`"
            )
        vault = _vault(self, name, args)
        role = _role(self, name, args)
        plan = _plan(self, name, args, vault, role)
        self.vault_arn = vault.arn
        self.vault_name = vault.name
        self.plan_id = plan.id
        self.role_arn = role.arn
        self.register_outputs(
            {
                "vault_arn": self.vault_arn,
                "vault_name": self.vault_name,
                "plan_id": self.plan_id,
                "role_arn": self.role_arn,
            }
        )


def vault_policy() -> pulumi.Output[str]:
    """What nobody may do with a vault, whatever else allows it: delete, or copy away.

    Changing this policy is not denied: it would then stand against its own correction. What it
    holds against an administrator, the lock holds too.
    """
    return iam.document(
        *(
            iam.deny(actions, ["*"], Sid=sid, Principal="*")
            for sid, actions in (("NothingIsRemoved", REMOVING), ("NothingIsCopiedAway", COPYING))
        )
    )


def _vault(parent: pulumi.Resource, name: str, args: BackupArgs) -> aws.backup.Vault:
    options = pulumi.ResourceOptions(parent=parent)
    vault = aws.backup.Vault(
        f"{name}-vault",
        kms_key_arn=args.key_arn,
        tags=args.tags.of(f"{name}-vault"),
        opts=options,
    )
    aws.backup.VaultPolicy(
        f"{name}-vault-policy",
        backup_vault_name=vault.name,
        policy=vault_policy(),
        opts=options,
    )
    # The days of grace make it a compliance lock; without them an administrator could lift it.
    aws.backup.VaultLockConfiguration(
        f"{name}-vault-lock",
        backup_vault_name=vault.name,
        min_retention_days=args.retention.shortest_days,
        max_retention_days=args.retention.longest_days,
        changeable_for_days=args.retention.changeable_for_days,
        opts=options,
    )
    aws.backup.VaultNotifications(
        f"{name}-vault-notifications",
        backup_vault_name=vault.name,
        backup_vault_events=TOLD,
        sns_topic_arn=args.topic_arn,
        opts=options,
    )
    return vault


def _role(parent: pulumi.Resource, name: str, args: BackupArgs) -> aws.iam.Role:
    role = aws.iam.Role(
        f"{name}-role",
        description="AWS Backup makes and restores the backups of the platform",
        assume_role_policy=iam.trusted("backup.amazonaws.com", account=args.account),
        tags=args.tags.of(f"{name}-role"),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    for purpose, policy in ROLE_POLICIES.items():
        aws.iam.RolePolicyAttachment(
            f"{name}-role-{purpose}",
            role=role.name,
            policy_arn=f"arn:aws:iam::aws:policy/{policy}",
            opts=pulumi.ResourceOptions(parent=parent),
        )
    return role


def _plan(
    parent: pulumi.Resource,
    name: str,
    args: BackupArgs,
    vault: aws.backup.Vault,
    role: aws.iam.Role,
) -> aws.backup.Plan:
    plan = aws.backup.Plan(
        f"{name}-plan",
        rules=[
            {
                "rule_name": "scheduled",
                "target_vault_name": vault.name,
                "schedule": args.schedule,
                "schedule_expression_timezone": args.timezone,
                "lifecycle": args.retention.lifecycle,
                "recovery_point_tags": args.tags.of(f"{name}-recovery-point"),
            }
        ],
        tags=args.tags.of(f"{name}-plan"),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    aws.backup.Selection(
        f"{name}-selection",
        plan_id=plan.id,
        iam_role_arn=role.arn,
        resources=_listed(args.resource_arns),
        selection_tags=[
            {"type": "STRINGEQUALS", "key": key, "value": value}
            for key, value in sorted(args.selected_by.items())
        ]
        or None,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return plan


def _listed(arns: Mapping[str, pulumi.Input[str]]) -> Sequence[pulumi.Input[str]] | None:
    return [arns[name] for name in sorted(arns)] or None
