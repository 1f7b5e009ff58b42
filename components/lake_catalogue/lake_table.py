"""A table of the lake: Parquet files in folders by month, as queries see them."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import glue

PARQUET = "org.apache.hadoop.hive.ql.io.parquet"


@dataclass(frozen=True, kw_only=True)
class LakeColumn:
    """One column."""

    name: str
    """Its name."""
    type: str
    """Its type, as Hive spells it."""
    comment: str = ""
    """What it holds, for whoever asks."""


@dataclass(frozen=True, kw_only=True)
class LakeTableArgs:
    """What lies where."""

    name: str
    """Name of the table, which queries spell out."""
    description: str
    """What a row says."""
    database: pulumi.Input[str]
    """Name of the database (`LakeCatalogue.databases`)."""
    location: pulumi.Input[str]
    """Folder of the table (`s3://bucket/folder/`), in it one `<month column>=2023-01/` a month."""
    columns: Sequence[LakeColumn]
    """Columns of the files."""
    month: LakeColumn
    """Column that is the name of a month's folder."""
    since: str
    """First month that may be there (`2023-01`)."""
    account: str
    """Number of the account that the catalogue belongs to."""


class LakeTable(pulumi.ComponentResource):
    """A table that can be asked as soon as files lie there.

    Months are worked out from the clock when a query runs, so no job and no crawler registers
    them, and whoever writes the files needs no right to the catalogue.
    """

    name: pulumi.Output[str]

    def __init__(
        self, name: str, args: LakeTableArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mizan:components:LakeTable", name, None, opts)
        month = args.month.name
        table = glue.CatalogTable(
            f"{name}-table",
            name=args.name,
            database_name=args.database,
            catalog_id=args.account,
            description=args.description,
            table_type="EXTERNAL_TABLE",
            parameters={
                "EXTERNAL": "TRUE",
                "classification": "parquet",
                "projection.enabled": "true",
                f"projection.{month}.type": "date",
                f"projection.{month}.format": "yyyy-MM",
                f"projection.{month}.range": f"{args.since},NOW",
                f"projection.{month}.interval": "1",
                f"projection.{month}.interval.unit": "MONTHS",
            },
            partition_keys=[
                {"name": month, "type": args.month.type, "comment": args.month.comment}
            ],
            storage_descriptor={
                "location": args.location,
                "input_format": f"{PARQUET}.MapredParquetInputFormat",
                "output_format": f"{PARQUET}.MapredParquetOutputFormat",
                "ser_de_info": {"serialization_library": f"{PARQUET}.serde.ParquetHiveSerDe"},
                "columns": [
                    {"name": one.name, "type": one.type, "comment": one.comment}
                    for one in args.columns
                ],
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name = table.name
        self.register_outputs({"name": self.name})
