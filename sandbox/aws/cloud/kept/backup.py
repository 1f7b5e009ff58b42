"""AWS Backup, where moto stops: what a vault refuses and tells, selections, changes of a plan."""

from typing import Any

from moto.backup.models import backup_backends

from sandbox.aws.cloud.call import Call, RefusedCallError
from sandbox.aws.cloud.keeping import Collection, Service, Store

_VAULT_ARN = {"BackupVaultArn": "arn:aws:backup:{region}:{account}:backup-vault:{BackupVaultName}"}
_GONE = "ResourceNotFoundException"


def _update_plan(call: Call, _store: Store) -> Any:
    """Give moto's plan the new rules; moto itself makes plans only."""
    backend = backup_backends[call.settings.account][call.region]
    kept = backend.plans.get(call.parameters["BackupPlanId"])
    if kept is None or kept.deletion_date is not None:
        raise RefusedCallError(_GONE, "There is no such backup plan.")
    renewed = type(kept)(call.parameters["BackupPlan"], kept.creator_request_id, backend)
    kept.backup_plan, kept.version_id = renewed.backup_plan, renewed.version_id
    kept.advanced_backup_settings = renewed.advanced_backup_settings
    return kept.to_dict()


SERVICE = Service(
    "backup",
    Collection(
        kind="vault policy",
        key=("BackupVaultName",),
        made=_VAULT_ARN,
        put="PutBackupVaultAccessPolicy",
        describe="GetBackupVaultAccessPolicy",
        delete="DeleteBackupVaultAccessPolicy",
        missing=_GONE,
    ),
    Collection(
        kind="vault notification",
        key=("BackupVaultName",),
        made=_VAULT_ARN,
        put="PutBackupVaultNotifications",
        describe="GetBackupVaultNotifications",
        delete="DeleteBackupVaultNotifications",
        missing=_GONE,
    ),
    Collection(
        kind="selection",
        key=("BackupPlanId", "SelectionId"),
        made={"SelectionId": "{uuid}", "CreationDate": "{now}"},
        create="CreateBackupSelection",
        describe="GetBackupSelection",
        listing="ListBackupSelections",
        delete="DeleteBackupSelection",
        missing=_GONE,
    ),
    operations={"UpdateBackupPlan": _update_plan},
)
