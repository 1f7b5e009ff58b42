"""`python -m app DECLARATION`: copy once, prove it, and say what came of it."""

import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from app import declaration, report
from app.copying import Copied, Copy
from app.declaration import CopyError, Declaration

logger = logging.getLogger("replication")


def replicate(wanted: Declaration) -> dict[str, Any]:
    """Copy every bucket and write the report; what the report says.

    Raises:
        CopyError: if the report cannot be written.
    """
    source, target = wanted.source.client(), wanted.target.client()
    started = datetime.now(UTC)
    buckets: dict[str, Copied] = {}
    faults = []
    for bucket, copy in wanted.buckets.items():
        try:
            buckets[bucket] = Copy(source, bucket, target, copy, wanted.pointers).run()
        except (ClientError, BotoCoreError) as error:
            faults.append(f"bucket {bucket}: {error}")
    fault = "; ".join(faults)
    told = report.document(started, buckets, fault)
    if wanted.report_bucket is None:
        return told
    try:
        report.write(target, wanted.report_bucket, told)
    except (ClientError, BotoCoreError) as error:
        raise CopyError(f"the report cannot be written: {error}; {fault}") from error
    return told


def main(arguments: list[str]) -> int:
    """Run once; the exit status says whether everything is copied."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    if len(arguments) != 1:
        logger.error("usage: python -m app DECLARATION.json")
        return 2
    try:
        told = replicate(declaration.read(Path(arguments[0])))
    except CopyError as fault:
        logger.error("failed   %s", fault)  # noqa: TRY400 - one clear last line, no traceback
        return 1
    for name, bucket in told["buckets"].items():
        logger.info(
            "copied   %s: %d versions, %d bytes; %d keys, sha256 %s",
            name,
            bucket["versions_copied"],
            bucket["bytes_copied"],
            bucket["keys"],
            bucket["sha256"],
        )
        for failure in bucket["first_failures"]:
            logger.error("failed   %s", failure)
    if told["fault"]:
        logger.error("failed   %s", told["fault"])
    if not told["complete"]:
        return 1
    logger.info("complete everything written before %s is here", told["started"])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
