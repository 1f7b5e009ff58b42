"""The job from start to end."""

import hashlib
import json
import os
from collections.abc import Mapping

from py4j.protocol import Py4JError  # type: ignore[import-untyped]  # ships no types
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - as everybody who knows Spark writes it

from app import delays, session
from app.failure import DataError, JobError
from app.progress import Progress
from app.settings import Settings
from app.store import Bucket
from app.tables import DAY, PARTITION, TABLES, Table

SOURCE = "flights"
MANIFEST = f"{SOURCE}/_manifest.json"
REPORT = "_reports/daily_delays.json"


def main() -> int:
    """Computes and writes every table.

    Returns:
        0 when the tables are there, else the exit code of the reason, which is also the last line
        of the log.
    """
    progress = Progress()
    try:
        run(Settings.from_environment(os.environ), progress)
    except JobError as error:
        progress.failed(error)
        return error.exit_code
    except (Py4JError, PySparkException) as error:
        reason = str(error).partition("\n")[0]
        progress.failed(JobError(f"Spark gave up: {reason}"))
        return JobError.exit_code
    return 0


def run(settings: Settings, progress: Progress) -> Mapping[str, object]:
    """Computes and writes every table; the report is written last.

    Each month that was landed is written anew, other months stay as they are. While a month is
    replaced, a reader may find it empty for a moment: Parquet alone has no snapshots.

    Args:
        settings: What the job is told.
        progress: Where to say what is done.

    Returns:
        The report.

    Raises:
        JobError: Data, store or cluster do not allow it.
    """
    manifest = _bucket(settings, settings.lake).read(MANIFEST)
    if manifest is None:
        raise DataError(f"s3://{settings.lake}/{MANIFEST} is missing: land the flights first")
    landed = json.loads(manifest)
    spark = session.begin(settings)
    progress.step("Spark is there", version=spark.version, master=spark.sparkContext.master)
    try:
        flights = spark.read.parquet(f"s3a://{settings.lake}/{SOURCE}").select(*delays.COLUMNS)
        outcomes = delays.outcomes(flights).cache()
        rows = outcomes.count()
        if rows != landed["rows"]:
            raise DataError(
                f"s3://{settings.lake}/{SOURCE} holds {rows:,} flights, its manifest says "
                f"{landed['rows']:,}"
            )
        progress.step("read the flights", rows=rows)
        by_month = outcomes.select(F.date_format(DAY, "yyyy-MM")).distinct()
        months = sorted(row[0] for row in by_month.collect())
        made = {
            table.name: _make(spark, outcomes, table, f"s3a://{settings.features}", months)
            for table in TABLES
        }
        progress.step("wrote the tables", tables=len(made), months=len(months))
    finally:
        spark.stop()
    for name, one in made.items():
        if one["flights"] != rows:
            raise DataError(f"{name} counts {one['flights']:,} flights of {rows:,}")
    report: dict[str, object] = {
        "flights": rows,
        "manifest_sha256": hashlib.sha256(manifest).hexdigest(),
        "image": os.environ.get("MIZAN_IMAGE_DIGEST", ""),
        "spark": spark.version,
        "tables": made,
    }
    body = (json.dumps(report, indent=2) + "\n").encode()
    _bucket(settings, settings.features).write(REPORT, body)
    progress.step(f"wrote s3://{settings.features}/{REPORT}", **report)
    return report


def _make(
    spark: SparkSession, outcomes: DataFrame, table: Table, bucket: str, months: list[str]
) -> dict[str, object]:
    """Writes one table, a file for each month, and reads back what lies there now of these."""
    place = f"{bucket}/{table.name}"
    (
        delays.daily(outcomes, table)
        .repartition(PARTITION)
        .sortWithinPartitions(DAY, *table.keys)
        .write.mode("overwrite")
        .partitionBy(PARTITION)
        .parquet(place)
    )
    # The schema is said, or Spark would take months for dates.
    schema = ", ".join(f"{name} {type_}" for name, type_ in table.columns.items())
    there = (
        spark.read.schema(schema)
        .parquet(place)
        .where(F.col(PARTITION).isin(months))
        .agg(F.count("*"), F.sum("flights"), F.sum("late"), F.countDistinct(PARTITION))
        .first()
    )
    if there is None:
        raise DataError(f"{place} is empty")
    return dict(zip(("rows", "flights", "late", "months"), there, strict=True))


def _bucket(settings: Settings, name: str) -> Bucket:
    return Bucket(
        name,
        endpoint=settings.endpoint,
        region=settings.region,
        credentials=settings.credentials,
    )
