"""The data catalogue, and how jobs encrypt what they leave behind."""

from sandbox.aws.provider.resource import Do, Facts, Resource


def _catalogue(facts: Facts) -> Facts:
    return {**facts, "catalogId": facts.get("catalogId") or facts["account"]}


TYPES = (
    Resource(
        "aws:glue/catalogDatabase:CatalogDatabase",
        "glue",
        create=Do("CreateDatabase", into="DatabaseInput", send={"CatalogId": "{catalogId}"}),
        id="{catalogId}:{name}",
        key={"CatalogId": "{catalogId}", "Name": "{name}"},
        read=Do("GetDatabase", at="Database"),
        update=Do("UpdateDatabase", into="DatabaseInput", send={"CatalogId": "{catalogId}"}),
        delete="DeleteDatabase",
        rename={
            "createTableDefaultPermissions.principal": "Principal",
            "createTableDefaultPermissions.principal.dataLakePrincipalIdentifier": (
                "DataLakePrincipalIdentifier"
            ),
        },
        outputs={"arn": "arn:aws:glue:{region}:{catalogId}:database/{name}"},
        defaults={"createTableDefaultPermissions": [], "locationUri": ""},
        replace=("catalogId", "name"),
        before=_catalogue,
    ),
    Resource(
        "aws:glue/catalogTable:CatalogTable",
        "glue",
        create=Do(
            "CreateTable",
            into="TableInput",
            send={"CatalogId": "{catalogId}", "DatabaseName": "{databaseName}"},
        ),
        id="{catalogId}:{databaseName}:{name}",
        key={"CatalogId": "{catalogId}", "DatabaseName": "{databaseName}", "Name": "{name}"},
        read=Do("GetTable", at="Table"),
        update=Do(
            "UpdateTable",
            into="TableInput",
            send={"CatalogId": "{catalogId}", "DatabaseName": "{databaseName}"},
        ),
        delete="DeleteTable",
        rename={"storageDescriptor.serDeInfo": "SerdeInfo"},
        outputs={"arn": "arn:aws:glue:{region}:{catalogId}:table/{databaseName}/{name}"},
        replace=("catalogId", "databaseName", "name", "openTableFormatInput"),
        refuse={"partitionIndices": "no table of ours registers partitions, so none has an index"},
        before=_catalogue,
    ),
    Resource(
        "aws:glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings",
        "glue",
        create="PutDataCatalogEncryptionSettings",
        id="{catalogId}",
        key={"CatalogId": "{catalogId}"},
        read="GetDataCatalogEncryptionSettings",
        update="PutDataCatalogEncryptionSettings",
        delete=Do(
            "PutDataCatalogEncryptionSettings",
            send={
                "DataCatalogEncryptionSettings": {
                    "EncryptionAtRest": {"CatalogEncryptionMode": "DISABLED"},
                    "ConnectionPasswordEncryption": {"ReturnConnectionPasswordEncrypted": False},
                }
            },
        ),
        outputs={"catalogId": "{catalogId}"},
        replace=("catalogId",),
        before=_catalogue,
    ),
    Resource(
        "aws:glue/securityConfiguration:SecurityConfiguration",
        "glue",
        create="CreateSecurityConfiguration",
        read=Do("GetSecurityConfiguration", at="SecurityConfiguration"),
        key={"Name": "{name}"},
        delete="DeleteSecurityConfiguration",
        replace="*",
    ),
)
