"""The Job from start to end."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime

from app import baseline, candidate, features, lake, recent
from app.failure import JobError
from app.flights import COLUMNS, labelled
from app.progress import Progress
from app.settings import Settings
from app.store import Bucket
from app.variant import Experiment, make_variant


def main() -> int:
    """Trains and offers every variant.

    Returns:
        0 when all variants are offered, else the exit code of the reason, which is also the last
        line of the log.
    """
    progress = Progress()
    try:
        run(Settings.from_environment(os.environ), progress)
    except JobError as error:
        progress.failed(error)
        return error.exit_code
    return 0


def run(settings: Settings, progress: Progress) -> Mapping[str, str]:
    """Trains, checks and offers every variant; the list of candidates is written last.

    Args:
        settings: What the Job is told.
        progress: Where to say what is done.

    Returns:
        Version by variant.

    Raises:
        JobError: Data, quality or store do not allow it; the list is as it was.
    """
    experiment = prepare(settings, progress)
    made = [make_variant(experiment, variant, progress) for variant in settings.variants]
    bucket = _bucket(settings, settings.candidates)
    written = False
    for one in made:
        new = candidate.upload(bucket, one)
        written |= new
        verb = "wrote" if new else "already there, not written:"
        progress.step(f"{verb} s3://{bucket.name}/{one.folder}", variant=one.variant)
    versions = {one.variant: one.version for one in made}
    written |= candidate.offer(bucket, settings.model, versions)
    said = ", ".join(f"{variant} {version}" for variant, version in versions.items())
    ending = "" if written else ": the same versions as before, nothing written"
    progress.step(f"offered {settings.model} {said}{ending}", versions=versions)
    return versions


def prepare(settings: Settings, progress: Progress) -> Experiment:
    """Reads the data and makes what all variants share.

    Args:
        settings: What the Job is told.
        progress: Where to say what is done.

    Raises:
        DataError: The lake is not what its manifest says.
        StoreError: The store refuses or does not answer.
    """
    started = datetime.now(UTC)
    months = (*settings.train_months, *settings.held_out_months)
    snapshot = lake.read_months(_bucket(settings, settings.lake), months, COLUMNS)
    tables = recent.with_recent(snapshot.tables)
    train = labelled([tables[month] for month in settings.train_months])
    held_out = labelled([tables[month] for month in settings.held_out_months])
    progress.step(
        "read the lake", train_rows=len(train), held_out_rows=len(held_out), months=len(months)
    )
    pipeline = features.fit(train.flights)
    fitted = baseline.fit(
        [labelled([tables[month]]) for month in settings.train_months], train, pipeline
    )
    progress.step("fitted features and the logistic baseline", strength=fitted.strength)
    return Experiment(
        settings=settings,
        started=started,
        digests=snapshot.digests,
        train=train,
        held_out=held_out,
        pipeline=pipeline,
        baseline=fitted,
    )


def _bucket(settings: Settings, name: str) -> Bucket:
    return Bucket(
        name,
        endpoint=settings.endpoint,
        region=settings.region,
        credentials=settings.credentials,
    )
