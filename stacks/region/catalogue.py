"""The lake's tables for BI and queries, where the environment works in bulk."""

from collections.abc import Mapping

import pulumi

from components.lake_catalogue import (
    LakeCatalogue,
    LakeCatalogueArgs,
    LakeColumn,
    LakeDatabase,
    LakeReader,
    LakeReaderArgs,
    LakeTable,
    LakeTableArgs,
)
from components.object_store import ObjectStore
from stacks import place
from stacks.region.facts import Facts
from stacks.region.store import QUERIES
from workloads.batch import TABLES, Column

DATABASES = {
    "raw": (place.LAKE, "Data as they arrived"),
    "anonymised": (place.ANONYMISED, "Data that name nobody"),
    "features": (place.FEATURES, "What pipelines derive"),
}
"""Each database with its bucket, and what it holds."""

FIRST_MONTH = "2023-01"
"""First month of which there are data."""

ANALYSED = ("anonymised", "features")
"""Databases that analysts read: what names nobody, and what is derived."""


def build(
    facts: Facts,
    keys: Mapping[str, pulumi.Input[str]],
    store: ObjectStore,
    opts: pulumi.ResourceOptions,
) -> LakeCatalogue | None:
    """Catalogue the lake for its analysts; None where the environment has no batch.

    Args:
        facts: The environment in its region.
        keys: ARN of each key, by purpose.
        store: The buckets.
        opts: Options of the catalogue.
    """
    if facts.environment.batch is None:
        return None
    made = LakeCatalogue(
        "catalogue",
        LakeCatalogueArgs(
            databases={
                name: LakeDatabase(
                    bucket=store.bucket_names[bucket], key_arn=keys["lake"], description=holds
                )
                for name, (bucket, holds) in DATABASES.items()
            },
            administrators=facts.environment.cluster.admin_roles,
            key_arn=keys["lake"],
            results_bucket=store.bucket_names[QUERIES],
            results_key_arn=keys["lake"],
            account=facts.account,
            region=facts.region,
            tags=facts.tags("landing", profile="batch"),
        ),
        opts=opts,
    )
    for table in TABLES:
        LakeTable(
            table.name,
            LakeTableArgs(
                name=table.name,
                description=table.holds,
                database=made.databases["features"],
                location=pulumi.Output.concat(
                    "s3://", store.bucket_names[place.FEATURES], f"/{table.name}/"
                ),
                columns=[_column(one) for one in table.columns],
                month=_column(table.partition),
                since=FIRST_MONTH,
                account=facts.account,
            ),
            opts=opts,
        )
    if facts.environment.batch.analyst_roles:
        LakeReader(
            "analysts",
            LakeReaderArgs(
                taken_by=facts.environment.batch.analyst_roles,
                document=made.reader_document,
                databases={zone: made.databases[zone] for zone in ANALYSED},
                location_arns={zone: made.location_arns[zone] for zone in ANALYSED},
                account=facts.account,
                tags=facts.tags("landing", profile="batch"),
            ),
            opts=opts,
        )
    return made


def _column(column: Column) -> LakeColumn:
    return LakeColumn(name=column.name, type=column.type, comment=column.holds)
