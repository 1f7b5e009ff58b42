import json
from typing import Any

import pytest

from components.lake_catalogue import (
    LakeAccess,
    LakeCatalogue,
    LakeCatalogueArgs,
    LakeColumn,
    LakeDatabase,
    LakeGrant,
    LakeGrantArgs,
    LakeReader,
    LakeReaderArgs,
    LakeTable,
    LakeTableArgs,
)
from components.tags import Tags
from tests.components.recording import Deploy, Engine
from tests.support.aws_outputs import ACCOUNT, REGION

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/catalogue"
LAKE_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/lake"
RESULTS_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/results"
DEPLOYER = f"arn:aws:iam::{ACCOUNT}:role/deployer"
ANALYST = f"arn:aws:iam::{ACCOUNT}:role/analyst"


def catalogue(**more: Any) -> LakeCatalogue:
    raw = LakeDatabase(bucket="mizan-lake-1", key_arn=LAKE_KEY, description="As it arrived")
    arguments = LakeCatalogueArgs(
        **{
            "databases": {"raw": raw},
            "administrators": [DEPLOYER],
            "key_arn": KEY,
            "results_bucket": "mizan-results-1",
            "results_key_arn": RESULTS_KEY,
            "account": ACCOUNT,
            "region": REGION,
            "tags": Tags(workload="platform", data_class="financial", profile="shared"),
            "scan_limit_gib": 10,
            **more,
        }
    )
    return LakeCatalogue("lake", arguments)


def test_the_catalogue_and_its_passwords_are_encrypted(engine: Engine, deploy: Deploy) -> None:
    deploy(lambda: catalogue().workgroup)
    (settings,) = engine.typed(
        "aws:glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings"
    )
    found = settings.inputs["dataCatalogEncryptionSettings"]
    assert found["encryptionAtRest"] == {
        "catalogEncryptionMode": "SSE-KMS",
        "sseAwsKmsKeyId": KEY,
    }
    assert found["connectionPasswordEncryption"] == {
        "returnConnectionPasswordEncrypted": True,
        "awsKmsKeyId": KEY,
    }


def test_what_jobs_write_log_and_remember_is_encrypted(engine: Engine, deploy: Deploy) -> None:
    deploy(lambda: catalogue().security_configuration)
    (jobs,) = engine.typed("aws:glue/securityConfiguration:SecurityConfiguration")
    found = jobs.inputs["encryptionConfiguration"]
    assert found["cloudwatchEncryption"]["cloudwatchEncryptionMode"] == "SSE-KMS"
    assert found["jobBookmarksEncryption"]["jobBookmarksEncryptionMode"] == "CSE-KMS"
    assert found["s3Encryption"] == {"s3EncryptionMode": "SSE-KMS", "kmsKeyArn": RESULTS_KEY}


def test_no_query_leaves_the_workgroups_place_key_and_limit(engine: Engine, deploy: Deploy) -> None:
    deploy(lambda: catalogue().workgroup)
    (workgroup,) = engine.typed("aws:athena/workgroup:Workgroup")
    found = workgroup.inputs["configuration"]
    assert found["enforceWorkgroupConfiguration"] is True
    assert found["bytesScannedCutoffPerQuery"] == 10 * 2**30
    assert found["resultConfiguration"] == {
        "outputLocation": "s3://mizan-results-1/athena/",
        "expectedBucketOwner": ACCOUNT,
        "encryptionConfiguration": {"encryptionOption": "SSE_KMS", "kmsKeyArn": RESULTS_KEY},
    }


def test_new_tables_are_open_to_nobody(engine: Engine, deploy: Deploy) -> None:
    deploy(lambda: catalogue().workgroup)
    (settings,) = engine.typed("aws:lakeformation/dataLakeSettings:DataLakeSettings")
    assert settings.inputs["admins"] == [DEPLOYER]
    assert settings.inputs["createDatabaseDefaultPermissions"] == []
    assert settings.inputs["createTableDefaultPermissions"] == []
    assert settings.inputs["allowExternalDataFiltering"] is False
    assert "IAM_ALLOWED_PRINCIPALS" not in str(engine.records)


def test_lake_formation_reaches_the_lake_and_no_other_bucket(
    engine: Engine, deploy: Deploy
) -> None:
    arns = deploy(lambda: catalogue().location_arns)
    assert arns == {"raw": "arn:aws:s3:::mizan-lake-1"}
    (role,) = engine.typed("aws:iam/role:Role")
    assert role.inputs["path"] == "/mizan/services/"
    (policy,) = engine.typed("aws:iam/rolePolicy:RolePolicy")
    listing, objects, key = json.loads(policy.inputs["policy"])["Statement"]
    assert listing["Resource"] == ["arn:aws:s3:::mizan-lake-1"]
    assert objects["Resource"] == ["arn:aws:s3:::mizan-lake-1/*"]
    assert key["Resource"] == [LAKE_KEY]


def test_a_reader_asks_these_databases_in_this_workgroup(engine: Engine, deploy: Deploy) -> None:
    document = json.loads(deploy(lambda: catalogue().reader_document))
    by_action = {one["Action"][0]: one for one in document["Statement"]}
    assert by_action["athena:GetQueryExecution"]["Resource"] == [
        f"arn:aws:athena:{REGION}:{ACCOUNT}:workgroup/lake-queries-name"
    ]
    assert by_action["glue:BatchGetPartition"]["Resource"] == [
        f"arn:aws:glue:{REGION}:{ACCOUNT}:catalog",
        f"arn:aws:glue:{REGION}:{ACCOUNT}:database/mizan_raw",
        f"arn:aws:glue:{REGION}:{ACCOUNT}:table/mizan_raw/*",
    ]
    open_resources = [one["Action"] for one in document["Statement"] if one["Resource"] == ["*"]]
    assert open_resources == [["lakeformation:GetDataAccess"]]
    assert "glue:CreateTable" not in str(document)


def test_a_writer_also_makes_tables(engine: Engine, deploy: Deploy) -> None:
    assert "glue:CreateTable" in deploy(lambda: catalogue().writer_document)


@pytest.mark.parametrize(
    ("access", "tables", "locations"),
    [
        (LakeAccess.READ, ["DESCRIBE", "SELECT"], 0),
        (LakeAccess.WRITE, ["ALTER", "DELETE", "DESCRIBE", "INSERT", "SELECT"], 1),
    ],
)
def test_a_role_is_let_into_one_database_for_what_it_does(
    engine: Engine, deploy: Deploy, access: LakeAccess, tables: list[str], locations: int
) -> None:
    arguments = LakeGrantArgs(
        role_arn=ANALYST,
        database="mizan_raw",
        location_arn="arn:aws:s3:::mizan-lake-1",
        access=access,
        account=ACCOUNT,
    )
    assert deploy(lambda: LakeGrant("analyst-raw", arguments).role_arn) == ANALYST
    found = engine.typed("aws:lakeformation/permissions:Permissions")
    assert {one.inputs["principal"] for one in found} == {ANALYST}
    (on_tables,) = [one.inputs for one in found if "table" in one.inputs]
    assert on_tables["permissions"] == tables
    assert on_tables["table"]["databaseName"] == "mizan_raw"
    assert len([one for one in found if "dataLocation" in one.inputs]) == locations
    assert not [one for one in found if one.inputs.get("permissionsWithGrantOptions")]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"administrators": []}, "nobody administers the lake lake"),
        ({"scan_limit_gib": 0}, "scan_limit_gib .* is 0"),
        ({"databases": {"Raw-1": None}}, "zone 'Raw-1'"),
    ],
)
def test_what_cannot_work_is_refused_at_once(
    engine: Engine, deploy: Deploy, wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        deploy(lambda: catalogue(**wrong).workgroup)


def reader(**more: Any) -> LakeReader:
    made = catalogue()
    arguments = LakeReaderArgs(
        **{
            "taken_by": [ANALYST],
            "document": made.reader_document,
            "databases": made.databases,
            "location_arns": made.location_arns,
            "account": ACCOUNT,
            "tags": Tags(workload="landing", data_class="financial", profile="batch"),
            **more,
        }
    )
    return LakeReader("analysts", arguments)


def test_analysts_take_a_role_that_reads_through_lake_formation_alone(
    engine: Engine, deploy: Deploy
) -> None:
    deploy(lambda: reader().role_arn)
    (role,) = [one for one in engine.typed("aws:iam/role:Role") if one.name == "analysts-role"]
    (trusted,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert trusted["Principal"] == {"AWS": [ANALYST]}
    (policy,) = [
        one for one in engine.typed("aws:iam/rolePolicy:RolePolicy") if "analysts" in one.name
    ]
    assert "mizan-lake-1" not in policy.inputs["policy"], "no way around Lake Formation"
    rights = [one.inputs for one in engine.typed("aws:lakeformation/permissions:Permissions")]
    assert {tuple(one["permissions"]) for one in rights} == {("DESCRIBE",), ("DESCRIBE", "SELECT")}


@pytest.mark.parametrize("wrong", ["taken_by", "databases"])
def test_a_reader_that_is_nobody_or_reads_nothing_is_refused(
    engine: Engine, deploy: Deploy, wrong: str
) -> None:
    with pytest.raises(ValueError, match=f"`{wrong}` of the reader analysts is empty"):
        deploy(lambda: reader(**{wrong: {}}).role_arn)


def test_a_table_works_its_months_out_when_it_is_asked(engine: Engine, deploy: Deploy) -> None:
    arguments = LakeTableArgs(
        name="daily",
        description="What happened on a day",
        database="mizan_features",
        location="s3://mizan-features-1/daily/",
        columns=[LakeColumn(name="late", type="bigint", comment="Late ones")],
        month=LakeColumn(name="month", type="string"),
        since="2023-01",
        account=ACCOUNT,
    )
    deploy(lambda: LakeTable("daily", arguments).name)
    (table,) = engine.typed("aws:glue/catalogTable:CatalogTable")
    found = table.inputs
    assert found["partitionKeys"] == [{"name": "month", "type": "string", "comment": ""}]
    assert found["parameters"]["projection.month.range"] == "2023-01,NOW"
    assert found["parameters"]["projection.month.interval.unit"] == "MONTHS"
    files = found["storageDescriptor"]
    assert files["location"] == "s3://mizan-features-1/daily/"
    assert files["serDeInfo"]["serializationLibrary"].endswith("ParquetHiveSerDe")
    assert files["columns"] == [{"name": "late", "type": "bigint", "comment": "Late ones"}]
