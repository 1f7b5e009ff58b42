import json
from typing import Any

import pytest

from components.backup import Backup, BackupArgs, Retention
from components.tags import Tags
from tests.components.recording import Deploy, Engine


def retention(**fields: Any) -> Retention:
    given: dict[str, Any] = {
        "days": 365,
        "shortest_days": 30,
        "longest_days": 3650,
        "changeable_for_days": 3,
    }
    return Retention(**{**given, **fields})


def build(deploy: Deploy, **fields: Any) -> Any:
    given: dict[str, Any] = {
        "account": "111122223333",
        "key_arn": "arn:aws:kms:me-central-1:111122223333:key/backup",
        "topic_arn": "arn:aws:sns:me-central-1:111122223333:incidents",
        "retention": retention(),
        "schedule": "cron(0 1 * * ? *)",
        "timezone": "Asia/Dubai",
        "tags": Tags(workload="platform", data_class="personal", profile="shared"),
        "resource_arns": {"lake": "arn:aws:s3:::lake"},
    }
    return deploy(lambda: Backup("backup", BackupArgs(**{**given, **fields})).vault_arn)


def test_the_vault_has_a_key_and_a_lock_that_becomes_final(engine: Engine, deploy: Deploy) -> None:
    assert build(deploy)
    (vault,) = engine.typed("aws:backup/vault:Vault")
    assert vault.inputs["kmsKeyArn"].endswith("key/backup")
    (lock,) = engine.typed("aws:backup/vaultLockConfiguration:VaultLockConfiguration")
    assert lock.inputs["changeableForDays"] == 3
    assert (lock.inputs["minRetentionDays"], lock.inputs["maxRetentionDays"]) == (30, 3650)


def test_nobody_deletes_a_backup_or_copies_it_away(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    (policy,) = engine.typed("aws:backup/vaultPolicy:VaultPolicy")
    statements = json.loads(policy.inputs["policy"])["Statement"]
    assert all(
        (entry["Effect"], entry["Principal"], entry["Resource"]) == ("Deny", "*", ["*"])
        and "Condition" not in entry
        for entry in statements
    )
    denied = {action for entry in statements for action in entry["Action"]}
    assert {
        "backup:DeleteRecoveryPoint",
        "backup:UpdateRecoveryPointLifecycle",
        "backup:CopyFromBackupVault",
        "backup:StartCopyJob",
    } <= denied
    # Who cannot correct this policy can never correct it.
    assert "backup:PutBackupVaultAccessPolicy" not in denied


def test_the_plan_copies_nothing_and_names_no_region(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    (plan,) = engine.typed("aws:backup/plan:Plan")
    (rule,) = plan.inputs["rules"]
    assert not [key for key in rule if "copy" in key.lower() or "airGapped" in key]
    assert rule["lifecycle"] == {"deleteAfter": 365}
    assert rule["recoveryPointTags"]["data-class"] == "personal"


def test_backups_may_move_to_cold_storage(engine: Engine, deploy: Deploy) -> None:
    build(deploy, retention=retention(cold_after_days=30))
    (plan,) = engine.typed("aws:backup/plan:Plan")
    lifecycle = plan.inputs["rules"][0]["lifecycle"]
    assert lifecycle == {"deleteAfter": 365, "coldStorageAfter": 30}


def test_only_the_backup_service_of_the_account_takes_the_role(
    engine: Engine, deploy: Deploy
) -> None:
    build(deploy)
    (role,) = engine.typed("aws:iam/role:Role")
    (trust,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": ["backup.amazonaws.com"]}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}


def test_resources_are_selected_by_name_and_by_tag(engine: Engine, deploy: Deploy) -> None:
    build(deploy, selected_by={"backup": "daily"})
    (selection,) = engine.typed("aws:backup/selection:Selection")
    assert selection.inputs["resources"] == ["arn:aws:s3:::lake"]
    assert selection.inputs["selectionTags"] == [
        {"type": "STRINGEQUALS", "key": "backup", "value": "daily"}
    ]


def test_a_backup_of_nothing_is_refused(deploy: Deploy) -> None:
    with pytest.raises(ValueError, match="backup backs up nothing: name resources"):
        build(deploy, resource_arns={})


def test_somebody_hears_of_failures(engine: Engine, deploy: Deploy) -> None:
    build(deploy)
    (told,) = engine.typed("aws:backup/vaultNotifications:VaultNotifications")
    assert told.inputs["snsTopicArn"].endswith(":incidents")
    assert "BACKUP_JOB_FAILED" in told.inputs["backupVaultEvents"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"days": 20}, "kept for 20 days in a vault that takes 30 to 3650"),
        ({"days": 4000}, "kept for 4000 days in a vault that takes 30 to 3650"),
        ({"shortest_days": 0}, "within 1 to"),
        ({"longest_days": 40000}, "within 1 to 36500"),
        ({"changeable_for_days": 2}, "at least 3 days"),
        ({"cold_after_days": 300}, "leave 90 for cold storage"),
        ({"cold_after_days": 0}, "give 1 day or more"),
    ],
)
def test_days_that_contradict_each_other_are_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        retention(**fields)
