"""What roles must be allowed to ask the catalogue; which tables answer is said by a LakeGrant."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi

from components import iam

RESULTS: Final = "athena/"
"""Where in their bucket the results of queries lie."""
ASK: Final = (
    "athena:GetQueryExecution",
    "athena:GetQueryResults",
    "athena:GetWorkGroup",
    "athena:ListQueryExecutions",
    "athena:StartQueryExecution",
    "athena:StopQueryExecution",
)
LOOK_UP: Final = (
    "glue:BatchGetPartition",
    "glue:GetDatabase",
    "glue:GetDatabases",
    "glue:GetPartition",
    "glue:GetPartitions",
    "glue:GetTable",
    "glue:GetTables",
)
CHANGE: Final = (
    "glue:BatchCreatePartition",
    "glue:BatchDeletePartition",
    "glue:CreatePartition",
    "glue:CreateTable",
    "glue:DeletePartition",
    "glue:UpdatePartition",
    "glue:UpdateTable",
)


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """What a role asks, and where the answers lie."""

    account: str
    region: str
    databases: Sequence[pulumi.Input[str]]
    key_arn: pulumi.Input[str]
    workgroup: pulumi.Input[str]
    results_bucket: pulumi.Input[str]
    results_key_arn: pulumi.Input[str]


def reader_statements(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Queries in the workgroup, descriptions of tables, and the results of one's queries."""
    here = f"{catalogue.region}:{catalogue.account}"
    results = pulumi.Output.concat("arn:aws:s3:::", catalogue.results_bucket)
    return [
        iam.allow(
            ASK, [pulumi.Output.concat(f"arn:aws:athena:{here}:workgroup/", catalogue.workgroup)]
        ),
        iam.allow(LOOK_UP, described(catalogue)),
        # Has no resource: what it gives access to is decided by Lake Formation.
        iam.allow(["lakeformation:GetDataAccess"], ["*"]),
        iam.allow(["s3:GetBucketLocation"], [results]),
        iam.allow(
            ["s3:ListBucket"], [results], Condition={"StringLike": {"s3:prefix": f"{RESULTS}*"}}
        ),
        iam.allow(
            [
                "s3:AbortMultipartUpload",
                "s3:GetObject",
                "s3:ListMultipartUploadParts",
                "s3:PutObject",
            ],
            [pulumi.Output.concat(results, f"/{RESULTS}*")],
        ),
        _key(catalogue, "s3", catalogue.results_key_arn, "kms:Decrypt", "kms:GenerateDataKey"),
        _key(catalogue, "glue", catalogue.key_arn, "kms:Decrypt"),
    ]


def writer_statements(catalogue: Catalogue) -> list[dict[str, Any]]:
    """All that a reader may, and tables and partitions made and changed."""
    return [
        *reader_statements(catalogue),
        iam.allow(CHANGE, described(catalogue)),
        _key(catalogue, "glue", catalogue.key_arn, "kms:Encrypt", "kms:GenerateDataKey"),
    ]


def described(catalogue: Catalogue) -> list[pulumi.Input[str]]:
    """The catalogue, its databases and their tables, as Glue names them."""
    here = f"arn:aws:glue:{catalogue.region}:{catalogue.account}"
    return [
        f"{here}:catalog",
        *(pulumi.Output.concat(f"{here}:database/", name) for name in catalogue.databases),
        *(pulumi.Output.concat(f"{here}:table/", name, "/*") for name in catalogue.databases),
    ]


def location_statements(
    arns: Sequence[pulumi.Input[str]], key_arns: Sequence[pulumi.Input[str]], region: str
) -> list[dict[str, Any]]:
    """What Lake Formation does with the data, for whomever it lets in.

    Args:
        arns: Locations of the databases in S3.
        key_arns: Keys that these are encrypted with.
        region: Region of the lake.
    """
    buckets = [pulumi.Output.from_input(arn).apply(lambda arn: arn.split("/")[0]) for arn in arns]
    return [
        iam.allow(["s3:ListBucket"], buckets),
        iam.allow(
            ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            [pulumi.Output.concat(arn, "/*") for arn in arns],
        ),
        iam.allow(
            ["kms:Decrypt", "kms:GenerateDataKey"],
            key_arns,
            Condition={"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}},
        ),
    ]


def _key(
    catalogue: Catalogue, service: str, key_arn: pulumi.Input[str], *actions: str
) -> dict[str, Any]:
    via = {"kms:ViaService": f"{service}.{catalogue.region}.amazonaws.com"}
    return iam.allow(actions, [key_arn], Condition={"StringEquals": via})
