"""AWS Backup: vaults with their locks and policies, plans and what they back up."""

from sandbox.aws.provider.resource import Do, Resource

_VAULT = {"BackupVaultName": "{backupVaultName}"}
_SELECTION = {
    "key": "ConditionKey",
    "type": "ConditionType",
    "value": "ConditionValue",
}
_LIFECYCLE = {"deleteAfter": "DeleteAfterDays", "coldStorageAfter": "MoveToColdStorageAfterDays"}

TYPES = (
    Resource(
        "aws:backup/vault:Vault",
        "backup",
        create="CreateBackupVault",
        id="{name}",
        key={"BackupVaultName": "{id}"},
        read="DescribeBackupVault",
        delete="DeleteBackupVault",
        rename={
            "arn": "BackupVaultArn",
            "kmsKeyArn": "EncryptionKeyArn",
            "name": "BackupVaultName",
            "recoveryPoints": "NumberOfRecoveryPoints",
        },
        defaults={"recoveryPoints": 0},
        replace=("kmsKeyArn", "name"),
        ignore={"forceDestroy": "the stand-in makes no recovery points"},
    ),
    Resource(
        "aws:backup/vaultPolicy:VaultPolicy",
        "backup",
        name=None,
        create="PutBackupVaultAccessPolicy",
        id="{backupVaultName}",
        key={"BackupVaultName": "{id}"},
        read="GetBackupVaultAccessPolicy",
        update="PutBackupVaultAccessPolicy",
        delete="DeleteBackupVaultAccessPolicy",
        replace=("backupVaultName",),
    ),
    Resource(
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        "backup",
        name=None,
        create="PutBackupVaultLockConfiguration",
        id="{backupVaultName}",
        key={"BackupVaultName": "{id}"},
        read="DescribeBackupVault",
        delete="DeleteBackupVaultLockConfiguration",
        replace="*",
        delete_before_replace=True,  # there is one for each vault
        gone=lambda live: not live.get("Locked"),
    ),
    Resource(
        "aws:backup/vaultNotifications:VaultNotifications",
        "backup",
        name=None,
        create="PutBackupVaultNotifications",
        id="{backupVaultName}",
        key={"BackupVaultName": "{id}"},
        read="GetBackupVaultNotifications",
        delete="DeleteBackupVaultNotifications",
        replace="*",
        delete_before_replace=True,  # there is one for each vault
    ),
    Resource(
        "aws:backup/plan:Plan",
        "backup",
        create=Do("CreateBackupPlan", into="BackupPlan"),
        id="BackupPlanId",
        key={"BackupPlanId": "{id}"},
        read="GetBackupPlan",
        update=Do("UpdateBackupPlan", into="BackupPlan"),
        delete="DeleteBackupPlan",
        after=lambda live: {**live, **live.get("BackupPlan", {})},
        rename={
            "arn": "BackupPlanArn",
            "name": "BackupPlanName",
            "version": "VersionId",
            "rules.completionWindow": "CompletionWindowMinutes",
            "rules.copyActions.destinationVaultArn": "DestinationBackupVaultArn",
            "rules.schedule": "ScheduleExpression",
            "rules.startWindow": "StartWindowMinutes",
            "rules.targetVaultName": "TargetBackupVaultName",
            **{
                f"{path}.lifecycle.{name}": theirs
                for path in ("rules", "rules.copyActions")
                for name, theirs in _LIFECYCLE.items()
            },
        },
        replace=("name",),
        gone=lambda live: "DeletionDate" in live,
    ),
    Resource(
        "aws:backup/selection:Selection",
        "backup",
        create=Do(
            "CreateBackupSelection", into="BackupSelection", send={"BackupPlanId": "{planId}"}
        ),
        id="SelectionId",
        key={"BackupPlanId": "{planId}", "SelectionId": "{id}"},
        read=Do("GetBackupSelection", at="BackupSelection"),
        delete="DeleteBackupSelection",
        rename={
            "name": "SelectionName",
            "selectionTags": "ListOfTags",
            **{f"selectionTags.{name}": theirs for name, theirs in _SELECTION.items()},
            **{
                f"conditions.{test}": theirs
                for test, theirs in (
                    ("stringEquals", "StringEquals"),
                    ("stringLikes", "StringLike"),
                    ("stringNotEquals", "StringNotEquals"),
                    ("stringNotLikes", "StringNotLike"),
                )
            },
            **{
                f"conditions.{test}.{name}": _SELECTION[name]
                for test in ("stringEquals", "stringLikes", "stringNotEquals", "stringNotLikes")
                for name in ("key", "value")
            },
        },
        replace="*",
    ),
)
