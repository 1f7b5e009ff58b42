"""The months of the lake, each checked against the manifest that landing wrote last."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]  # ships no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # ships no types

from app.failure import DataError
from app.store import Bucket

MANIFEST = "flights/_manifest.json"


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Data as they were read.

    Attributes:
        tables: Rows by month.
        digests: SHA-256 of every object that was read, the manifest's too, by key.
    """

    tables: dict[int, pa.Table]
    digests: dict[str, str]


def read_months(bucket: Bucket, months: Sequence[int], columns: Sequence[str]) -> Snapshot:
    """Reads months.

    Args:
        bucket: The lake.
        months: Months of the year.
        columns: Columns to read; no other one is parsed.

    Raises:
        DataError: A month is missing or is not what the manifest says.
        StoreError: The store refuses or does not answer.
    """
    raw = bucket.read(MANIFEST)
    if raw is None:
        raise DataError(f"s3://{bucket.name}/{MANIFEST} is missing: land the data first")
    files = _files(raw, f"s3://{bucket.name}/{MANIFEST}")
    digests = {MANIFEST: hashlib.sha256(raw).hexdigest()}
    tables = {}
    for month in months:
        key = next((key for key in files if f"/month={month:02}/" in key), None)
        if key is None:
            raise DataError(f"s3://{bucket.name}/{MANIFEST} lists no month {month:02}")
        name = f"s3://{bucket.name}/{key}"
        body = bucket.read(key)
        if body is None:
            raise DataError(f"{name} is missing, the manifest lists it: land the data again")
        found = hashlib.sha256(body).hexdigest()
        if found != files[key]["sha256"]:
            raise DataError(f"{name} has SHA-256 {found}, manifest says {files[key]['sha256']}")
        table = _table(body, columns, name)
        if table.num_rows != files[key]["rows"]:
            raise DataError(f"{name} has {table.num_rows} rows, manifest says {files[key]['rows']}")
        tables[month] = table
        digests[key] = found
    return Snapshot(tables=tables, digests=digests)


def _files(raw: bytes, name: str) -> dict[str, dict[str, Any]]:
    try:
        listed = json.loads(raw)["files"]
        return {
            str(one["key"]): {"sha256": str(one["sha256"]), "rows": int(one["rows"])}
            for one in listed
        }
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{name} is not a manifest with key, rows, sha256: {error!r}") from error


def _table(body: bytes, columns: Sequence[str], name: str) -> pa.Table:
    try:
        return pq.read_table(pa.BufferReader(body), columns=list(columns)).select(list(columns))
    except (pa.ArrowException, KeyError) as error:
        raise DataError(f"{name} cannot be read: {error}") from error
