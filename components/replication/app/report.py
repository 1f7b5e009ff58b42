"""What a run says of itself, as an object beside the copies."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from app.copying import Copied

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LATEST = "replication/latest.json"
"""The last run, however it ended."""
COMPLETE = "replication/complete.json"
"""The last run that copied everything: what was written before its start is not lost."""
SHOWN = 5


def document(started: datetime, buckets: Mapping[str, Copied], fault: str) -> dict[str, Any]:
    """The report of a run.

    Args:
        started: When the run began; everything older is in the copy if it is complete.
        buckets: What came of each bucket, by its name at the source.
        fault: What ended the run early; empty if nothing did.
    """
    failures = sum(len(copied.failures) for copied in buckets.values())
    return {
        "started": started.isoformat(),
        "ended": datetime.now(UTC).isoformat(),
        "complete": not fault and not failures,
        "fault": fault,
        "longest_wait_seconds": max(
            (round(copied.longest_wait_seconds, 3) for copied in buckets.values()), default=0
        ),
        "buckets": {
            name: {
                "keys": len(copied.keys),
                "sha256": copied.digest,
                "versions_copied": copied.versions,
                "bytes_copied": copied.bytes,
                "failures": len(copied.failures),
                "first_failures": copied.failures[:SHOWN],
            }
            for name, copied in sorted(buckets.items())
        },
    }


def write(client: "S3Client", bucket: str, report: Mapping[str, Any]) -> None:
    """Put the report beside the copies; the bucket keeps all earlier ones as versions."""
    body = json.dumps(report, indent=1).encode()
    for key in (LATEST, COMPLETE) if report["complete"] else (LATEST,):
        client.put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/json")
