"""One role's right to one database of the lake."""

from dataclasses import dataclass
from enum import StrEnum

import pulumi
from pulumi_aws import lakeformation


class LakeAccess(StrEnum):
    """What a role may do with the tables of a database."""

    READ = "read"
    """Describe and select."""
    WRITE = "write"
    """Make tables at the database's own location, and fill, change and select from them."""


DATABASE = {
    LakeAccess.READ: ["DESCRIBE"],
    LakeAccess.WRITE: ["CREATE_TABLE", "DESCRIBE"],
}
TABLES = {
    LakeAccess.READ: ["DESCRIBE", "SELECT"],
    LakeAccess.WRITE: ["ALTER", "DELETE", "DESCRIBE", "INSERT", "SELECT"],
}


@dataclass(frozen=True, kw_only=True)
class LakeGrantArgs:
    """Who gets what."""

    role_arn: pulumi.Input[str]
    """Role that is let in; its own policy must let it ask (`LakeCatalogue.reader_document`)."""
    database: pulumi.Input[str]
    """Name of the database (`LakeCatalogue.databases`)."""
    location_arn: pulumi.Input[str]
    """Where the database lies (`LakeCatalogue.location_arns`)."""
    access: LakeAccess
    """What the role may do."""
    account: str
    """Number of the account that the catalogue belongs to."""


class LakeGrant(pulumi.ComponentResource):
    """A role that Lake Formation lets into one database; nobody gets in without one."""

    role_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: LakeGrantArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mizan:components:LakeGrant", name, None, opts)
        # Rights of one role to one thing are one: made first, the new would go with the old.
        child = pulumi.ResourceOptions(parent=self, delete_before_replace=True)
        lakeformation.Permissions(
            f"{name}-database",
            principal=args.role_arn,
            permissions=DATABASE[args.access],
            catalog_id=args.account,
            database={"name": args.database, "catalog_id": args.account},
            opts=child,
        )
        tables = lakeformation.Permissions(
            f"{name}-tables",
            principal=args.role_arn,
            permissions=TABLES[args.access],
            catalog_id=args.account,
            table={
                "database_name": args.database,
                "wildcard": True,
                "catalog_id": args.account,
            },
            opts=child,
        )
        if args.access is LakeAccess.WRITE:
            lakeformation.Permissions(
                f"{name}-location",
                principal=args.role_arn,
                permissions=["DATA_LOCATION_ACCESS"],
                catalog_id=args.account,
                data_location={"arn": args.location_arn, "catalog_id": args.account},
                opts=child,
            )
        self.role_arn = tables.principal
        self.register_outputs({"role_arn": self.role_arn})
