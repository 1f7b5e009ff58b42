"""The catalogue of the lake: databases by zone, and queries that a limit and a key go with."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import athena, glue, lakeformation
from pulumi_aws import iam as aws_iam

from components import iam
from components.lake_catalogue import access
from components.lake_catalogue.lake_grant import LakeAccess, LakeGrant, LakeGrantArgs
from components.lake_catalogue.lake_reader import LakeReader, LakeReaderArgs
from components.lake_catalogue.lake_table import LakeColumn, LakeTable, LakeTableArgs
from components.tags import Tags

__all__ = [
    "SERVICE_ROLE_PATH",
    "LakeAccess",
    "LakeCatalogue",
    "LakeCatalogueArgs",
    "LakeColumn",
    "LakeDatabase",
    "LakeGrant",
    "LakeGrantArgs",
    "LakeReader",
    "LakeReaderArgs",
    "LakeTable",
    "LakeTableArgs",
]

SERVICE_ROLE_PATH = "/mizan/services/"
"""Path of roles with which AWS services reach data from networks of their own, known before the
roles are made: policies of buckets name it."""
GIB = 2**30
_WORD = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, kw_only=True)
class LakeDatabase:
    """One zone of the lake as a database."""

    bucket: pulumi.Input[str]
    """Physical name of the bucket that the tables lie in."""
    key_arn: pulumi.Input[str]
    """Key of the bucket."""
    description: str
    """What the tables hold, for whoever looks for them."""


@dataclass(frozen=True, kw_only=True)
class LakeCatalogueArgs:
    """What is catalogued, and in which bounds it is asked."""

    databases: Mapping[str, LakeDatabase]
    """Databases by zone (`raw`, `features`): lower-case letters, digits and underscores."""
    administrators: Sequence[pulumi.Input[str]]
    """ARNs of the roles that hand out rights, the one that deploys among them."""
    key_arn: pulumi.Input[str]
    """Key that encrypts the catalogue, its connections, and what jobs log and remember."""
    results_bucket: pulumi.Input[str]
    """Physical name of the bucket for results of queries."""
    results_key_arn: pulumi.Input[str]
    """Key of that bucket."""
    account: str
    """Number of the account."""
    region: str
    """Region of the lake."""
    tags: Tags
    """Whose lake it is."""
    scan_limit_gib: int = 100
    """Data that one query may read, in GiB; a query that wants more is cancelled."""


class LakeCatalogue(pulumi.ComponentResource):
    """Glue databases that Lake Formation guards, and the Athena workgroup that asks them.

    Nobody sees a table who was not let in by a LakeGrant. Settings of the catalogue hold for the
    whole account, so an account has one.
    """

    databases: Mapping[str, pulumi.Output[str]]
    """Name of the database of each zone."""
    location_arns: Mapping[str, pulumi.Output[str]]
    """Where each database lies."""
    workgroup: pulumi.Output[str]
    """Athena workgroup in which queries run."""
    security_configuration: pulumi.Output[str]
    """Glue security configuration for every job."""
    reader_document: pulumi.Output[str]
    """Policy document of a role that asks."""
    writer_document: pulumi.Output[str]
    """Policy document of a role that also makes tables."""

    def __init__(
        self, name: str, args: LakeCatalogueArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make the catalogue.

        Raises:
            ValueError: if a zone's name or the limit is not allowed, or nobody administers it.
        """
        super().__init__("mizan:components:LakeCatalogue", name, None, opts)
        _check(name, args)
        child = pulumi.ResourceOptions(parent=self)
        encrypted = glue.DataCatalogEncryptionSettings(
            f"{name}-encryption",
            catalog_id=args.account,
            data_catalog_encryption_settings={
                "encryption_at_rest": {
                    "catalog_encryption_mode": "SSE-KMS",
                    "sse_aws_kms_key_id": args.key_arn,
                },
                "connection_password_encryption": {
                    "return_connection_password_encrypted": True,
                    "aws_kms_key_id": args.key_arn,
                },
            },
            opts=child,
        )
        guarded = lakeformation.DataLakeSettings(
            f"{name}-settings",
            catalog_id=args.account,
            admins=list(args.administrators),
            # Empty, or every role that IAM lets ask would see every new table.
            create_database_default_permissions=[],
            create_table_default_permissions=[],
            allow_external_data_filtering=False,
            allow_full_table_external_data_access=False,
            opts=child,
        )
        self.location_arns = self._locations(name, args, guarded)
        self.databases = {
            zone: glue.CatalogDatabase(
                f"{name}-{zone}",
                # Queries spell it out, so it is a contract.
                name=f"mizan_{zone}",
                catalog_id=args.account,
                description=database.description,
                location_uri=pulumi.Output.concat("s3://", database.bucket, "/"),
                tags=args.tags.of(f"{name}-{zone}"),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[encrypted, guarded]),
            ).name
            for zone, database in args.databases.items()
        }
        self.security_configuration = _jobs(f"{name}-jobs", args, child).name
        self.workgroup = _workgroup(f"{name}-queries", args, child).name
        asked = access.Catalogue(
            account=args.account,
            region=args.region,
            databases=list(self.databases.values()),
            key_arn=args.key_arn,
            workgroup=self.workgroup,
            results_bucket=args.results_bucket,
            results_key_arn=args.results_key_arn,
        )
        self.reader_document = iam.document(*access.reader_statements(asked))
        self.writer_document = iam.document(*access.writer_statements(asked))
        self.register_outputs(
            {
                "databases": self.databases,
                "location_arns": self.location_arns,
                "workgroup": self.workgroup,
                "security_configuration": self.security_configuration,
                "reader_document": self.reader_document,
                "writer_document": self.writer_document,
            }
        )

    def _locations(
        self, name: str, args: LakeCatalogueArgs, guarded: pulumi.Resource
    ) -> dict[str, pulumi.Output[str]]:
        """The buckets, handed over to Lake Formation with a role that reaches them and no more."""
        arns = {
            zone: pulumi.Output.concat("arn:aws:s3:::", database.bucket)
            for zone, database in args.databases.items()
        }
        role = aws_iam.Role(
            f"{name}-location",
            path=SERVICE_ROLE_PATH,
            description="Lake Formation reaches the buckets of the lake",
            assume_role_policy=iam.trusted("lakeformation.amazonaws.com", account=args.account),
            tags=args.tags.of(f"{name}-location"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        policy = aws_iam.RolePolicy(
            f"{name}-location",
            role=role.name,
            policy=iam.document(
                *access.location_statements(
                    list(arns.values()),
                    [database.key_arn for database in args.databases.values()],
                    args.region,
                )
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return {
            zone: lakeformation.Resource(
                f"{name}-{zone}-location",
                arn=arn,
                role_arn=role.arn,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[policy, guarded]),
            ).arn
            for zone, arn in arns.items()
        }


def _jobs(
    name: str, args: LakeCatalogueArgs, opts: pulumi.ResourceOptions
) -> glue.SecurityConfiguration:
    """What a Glue job writes, logs and remembers is encrypted."""
    return glue.SecurityConfiguration(
        name,
        encryption_configuration={
            "cloudwatch_encryption": {
                "cloudwatch_encryption_mode": "SSE-KMS",
                "kms_key_arn": args.key_arn,
            },
            "job_bookmarks_encryption": {
                "job_bookmarks_encryption_mode": "CSE-KMS",
                "kms_key_arn": args.key_arn,
            },
            "s3_encryption": {"s3_encryption_mode": "SSE-KMS", "kms_key_arn": args.results_key_arn},
        },
        opts=opts,
    )


def _workgroup(
    name: str, args: LakeCatalogueArgs, opts: pulumi.ResourceOptions
) -> athena.Workgroup:
    """Where queries run: no client chooses another place, key or limit."""
    return athena.Workgroup(
        name,
        description="Queries of the lake, within a limit",
        configuration={
            "enforce_workgroup_configuration": True,
            "publish_cloudwatch_metrics_enabled": True,
            "bytes_scanned_cutoff_per_query": args.scan_limit_gib * GIB,
            "engine_version": {"selected_engine_version": "Athena engine version 3"},
            "result_configuration": {
                "output_location": pulumi.Output.concat(
                    "s3://", args.results_bucket, f"/{access.RESULTS}"
                ),
                "expected_bucket_owner": args.account,
                "encryption_configuration": {
                    "encryption_option": "SSE_KMS",
                    "kms_key_arn": args.results_key_arn,
                },
            },
        },
        tags=args.tags.of(name),
        opts=opts,
    )


def _check(name: str, args: LakeCatalogueArgs) -> None:
    for zone in args.databases:
        if not _WORD.fullmatch(zone):
            raise ValueError(
                f"the lake {name} has a zone {zone!r}: give lower-case letters, digits and "
                "underscores, as names of databases are made of"
            )
    if not args.administrators:
        raise ValueError(
            f"nobody administers the lake {name}: name in `administrators` at least the role that "
            "deploys, or it cannot hand out rights"
        )
    if args.scan_limit_gib < 1:
        raise ValueError(
            f"scan_limit_gib of the lake {name} is {args.scan_limit_gib}: give 1 or more"
        )
