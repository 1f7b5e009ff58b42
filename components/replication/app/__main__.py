"""`python -m app DECLARATION`: copy once, prove it, and say what came of it; or restore a copy."""

import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from app import declaration, report
from app.copying import Copied, Copy
from app.declaration import CopyError, Declaration
from app.restoring import Restore

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
            buckets[bucket] = Copy(
                source, bucket, target, copy, wanted.pointers, locked_days=wanted.locked_days
            ).run()
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


def restore(wanted: Declaration, copy: str, bucket: str, moment: datetime) -> Copied:
    """Fill an empty bucket of this site with what a copy says of a moment.

    Raises:
        CopyError: if there is no such copy, or the bucket cannot be filled.
    """
    copies = sorted(wanted.buckets.values())
    if copy not in copies:
        raise CopyError(f"there is no copy {copy}; allowed: {', '.join(copies)}")
    try:
        return Restore(wanted.target.client(), copy, bucket, moment).run()
    except (ClientError, BotoCoreError) as error:
        raise CopyError(f"the bucket {copy} cannot be restored: {error}") from error


def main(arguments: list[str]) -> int:
    """Run once; the exit status says whether everything is copied, or restored."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    try:
        match arguments:
            case [path]:
                wanted = declaration.read(Path(path))
                return _told(replicate(wanted), whole=wanted.report_bucket is not None)
            case ["restore", path, copy, bucket, *moment] if len(moment) <= 1:
                at = _moment(*moment)
                return _restored(restore(declaration.read(Path(path)), copy, bucket, at), at)
    except CopyError as fault:
        logger.error("failed   %s", fault)  # noqa: TRY400 - one clear last line, no traceback
        return 1
    logger.error(
        "usage: python -m app DECLARATION.json\n"
        "       python -m app restore DECLARATION.json COPY BUCKET [MOMENT]"
    )
    return 2


def _moment(text: str | None = None) -> datetime:
    """A moment as it is written, with its time zone; now by default."""
    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.min  # noqa: DTZ901 - refused below, as any without a time zone
    if moment.tzinfo is None:
        raise CopyError(f"the moment is {text!r}; allowed: one like 2026-03-01T04:00:00+00:00")
    return moment


def _restored(done: Copied, moment: datetime) -> int:
    logger.info(
        "restored %d keys, %d bytes as of %s, sha256 %s",
        len(done.keys),
        done.bytes,
        moment.isoformat(),
        done.digest,
    )
    for failure in done.failures[: report.SHOWN]:
        logger.error("failed   %s", failure)
    return 1 if done.failures else 0


def _told(told: Mapping[str, Any], *, whole: bool) -> int:
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
    # Whoever reads logs after a loss looks for the one word; a part of all buckets is not all.
    said = "complete everything" if whole else "arrived  what of these buckets was"
    logger.info("%s written before %s is here", said, told["started"])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
