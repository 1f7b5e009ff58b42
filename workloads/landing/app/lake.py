"""The table in the lake: one Parquet file per month and a manifest, the same bytes every time."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]  # ships no types
import pyarrow.compute as pc  # type: ignore[import-untyped]  # ships no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # ships no types

from app.failure import DataError
from app.progress import Progress
from app.source import PACKAGE, ROWS, YEAR, Source
from app.store import Bucket

FOLDER = "flights"
MANIFEST = f"{FOLDER}/_manifest.json"


def land(source: Source, bucket: Bucket, progress: Progress, *, replace: bool) -> bool:
    """Writes the table, the manifest last, unless the lake holds it already.

    A run that was cut off leaves no manifest and is simply done again.

    Args:
        source: The table.
        bucket: The lake.
        progress: Where to say what is done.
        replace: Whether other data under the same names may be overwritten.

    Returns:
        Whether anything was written.

    Raises:
        DataError: The lake holds other data.
        StoreError: The store refuses or does not answer.
    """
    months = {key_of(month): as_parquet(rows) for month, rows in by_month(source.table)}
    manifest = make_manifest(source, months)
    found = bucket.read(MANIFEST)
    if found is not None and found != manifest and not replace:
        raise _changed(bucket, MANIFEST)
    progress.step("made Parquet by month", files=len(months), bytes=sum(map(len, months.values())))
    written = 0
    for key, body in months.items():
        present = bucket.read(key)
        if present == body:
            continue
        # Without a manifest nobody was told of this file: it is a leftover and may be replaced.
        if present is not None and found is not None and not replace:
            raise _changed(bucket, key)
        bucket.write(key, body)
        written += 1
        progress.step(f"wrote s3://{bucket.name}/{key}", bytes=len(body))
    if found != manifest:
        bucket.write(MANIFEST, manifest)
        written += 1
    summary = {"rows": ROWS, "files": len(months), "manifest_sha256": _sha256(manifest)}
    if written:
        progress.step(f"landed {ROWS:,} rows in s3://{bucket.name}/{FOLDER}", **summary)
    else:
        progress.step(
            f"s3://{bucket.name}/{FOLDER} already holds these {ROWS:,} rows, nothing written",
            **summary,
        )
    return bool(written)


def by_month(table: pa.Table) -> Iterator[tuple[int, pa.Table]]:
    """Yields the months of the year, each with its rows."""
    for month in range(1, 13):
        yield month, table.filter(pc.field("month") == month)


def key_of(month: int) -> str:
    """Where a month lies in the bucket."""
    return f"{FOLDER}/year={YEAR}/month={month:02}/flights.parquet"


def as_parquet(table: pa.Table) -> bytes:
    """Returns the rows as a Parquet file; the same rows give the same bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", version="2.6", store_schema=False)
    return bytes(sink.getvalue())


def make_manifest(source: Source, months: dict[str, bytes]) -> bytes:
    """Returns the manifest: what the files are and what they were made from.

    Args:
        source: The table.
        months: Parquet files by key.

    Raises:
        DataError: The files together do not hold every row of the table.
    """
    files: list[dict[str, Any]] = []
    for key, body in months.items():
        rows = pq.read_metadata(pa.BufferReader(body)).num_rows
        files.append({"key": key, "rows": rows, "bytes": len(body), "sha256": _sha256(body)})
    total = sum(file["rows"] for file in files)
    if total != ROWS:
        raise DataError(f"the months hold {total:,} rows together, they must hold {ROWS:,}")
    manifest = {
        "dataset": FOLDER,
        "rows": total,
        "files": files,
        "source": {
            "package": PACKAGE,
            "version": source.version,
            "files": [{"file": file, "sha256": one} for file, one in source.digests.items()],
        },
    }
    return (json.dumps(manifest, indent=2) + "\n").encode()


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _changed(bucket: Bucket, key: str) -> DataError:
    return DataError(
        f"s3://{bucket.name}/{key} holds other data than this image lands; nothing was "
        "overwritten. Restore the version before it, or set LANDING_REPLACE=true"
    )
