"""Restoring a bucket from its copy, as it was at a moment; each object is proved on the way."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import BotoCoreError, ClientError

from app.carrying import carried
from app.copying import DELETED, DIGEST, MODIFIED, VERSION, Copied, Outcome
from app.declaration import CONNECTIONS, CopyError
from app.history import Version, histories

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Restore:
    """What a bucket of the primary site held at a moment, out of its copy into an empty bucket."""

    store: "S3Client"
    copy: str
    """Bucket with the copies."""
    target: str
    """Bucket that is filled."""
    moment: datetime
    """What the primary site had then is restored, by that site's own clock."""

    def run(self) -> Copied:
        """Restore every key; failures of single objects are told, not raised.

        Raises:
            CopyError: if the bucket is not empty.
            ClientError, BotoCoreError: if the server does not list a bucket.
        """
        if self.store.list_objects_v2(Bucket=self.target, MaxKeys=1).get("Contents"):
            raise CopyError(
                f"the bucket {self.target} is not empty, and nothing is written over what it "
                "holds: name an empty bucket, or delete its objects first"
            )
        done = Copied()
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            for outcome in pool.map(self._guarded, histories(self.store, self.copy)):
                done.add(outcome)
        return done

    def _guarded(self, history: tuple[str, Sequence[Version]]) -> Outcome:
        key, versions = history
        outcome = Outcome(key)
        try:
            self._key(outcome, versions)
        except (ClientError, BotoCoreError, S3UploadFailedError, CopyError) as fault:
            outcome.failure = str(fault)
        return outcome

    def _key(self, outcome: Outcome, versions: Sequence[Version]) -> None:
        """Restore one key, if it was there."""
        if (found := self._at_the_moment(outcome.key, versions)) is None:
            return
        version, told = found
        given = self.store.get_object(Bucket=self.copy, Key=outcome.key, VersionId=version.id)
        own = {name: told[name] for name in told.keys() - {VERSION, MODIFIED, DIGEST}}
        digest, size = carried(given, lambda _: own, self.store, self.target, outcome.key, {})
        if digest != told[DIGEST]:
            raise CopyError(f"the copy's SHA-256 is {digest}, and it was {told[DIGEST]}")
        outcome.digest = digest
        outcome.versions, outcome.bytes = 1, size

    def _at_the_moment(
        self, key: str, versions: Sequence[Version]
    ) -> tuple[Version, dict[str, str]] | None:
        """The version of the copy that was the last one then, and what it says of itself."""
        found = None
        for version in versions:
            if version.marker:
                continue  # what lies below it says since when
            told = self.store.head_object(Bucket=self.copy, Key=key, VersionId=version.id)[
                "Metadata"
            ]
            # What says nothing of itself is what a copying left that went wrong.
            if {VERSION, MODIFIED, DIGEST} <= told.keys() and (
                datetime.fromisoformat(told[MODIFIED]) <= self.moment
            ):
                found = None if DELETED in told else (version, told)
        return found
