"""The Job from start to end."""

import os

from app.failure import JobError
from app.lake import land
from app.progress import Progress
from app.settings import Settings
from app.source import read_source
from app.store import Bucket


def main() -> int:
    """Lands the table.

    Returns:
        0 when the lake holds the table, else the exit code of the reason, which is also the last
        line of the log.
    """
    progress = Progress()
    try:
        settings = Settings.from_environment(os.environ)
        bucket = Bucket(
            settings.lake,
            endpoint=settings.endpoint,
            region=settings.region,
            credentials=settings.credentials,
        )
        source = read_source()
        progress.step("read the table", rows=source.table.num_rows, sources=source.digests)
        land(source, bucket, progress, replace=settings.replace)
    except JobError as error:
        progress.failed(error)
        return error.exit_code
    return 0
