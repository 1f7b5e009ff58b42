"""Copying a bucket: every version in order, each proved by its SHA-256 at the target.

What is there is the record of what was copied: each copy says in its metadata which version of
the source it is. So a run that was cut off is gone on with by the next one, and nothing that was
copied is ever deleted: a deletion at the source becomes a mark, over versions that stay.
"""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from itertools import islice
from typing import TYPE_CHECKING, Any

from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import BotoCoreError, ClientError

from app.carrying import ArrivedError, carried
from app.declaration import CONNECTIONS, CopyError
from app.history import Held, Version, histories, missing

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

VERSION, MODIFIED, DIGEST = "mizan-source-version", "mizan-source-modified", "mizan-sha256"
DELETED = "mizan-deleted"
"""Stands on an empty version below each mark: a mark itself cannot say whose time it is."""
NOTHING = hashlib.sha256().hexdigest()
BATCH = 1000
"""Keys that are worked on before more are listed."""
MOST_FAILURES = 20
"""Failed objects after which the bucket is left to the next run."""


@dataclass
class Outcome:
    """What came of one key."""

    key: str
    digest: str | None = None
    """SHA-256 of what the copy says now; None where it is deleted, or the copying failed."""
    versions: int = 0
    bytes: int = 0
    longest_wait_seconds: float = 0
    failure: str = ""

    def add(self, version: Version, size: int) -> None:
        """Count a version that was just copied."""
        wait = (datetime.now(UTC) - version.modified).total_seconds()
        self.versions += 1
        self.bytes += size
        self.longest_wait_seconds = max(self.longest_wait_seconds, wait)


@dataclass
class Copied:
    """What came of copying one bucket."""

    keys: dict[str, str] = field(default_factory=dict)
    """SHA-256 of what each key of the copy says now, deleted ones left out."""
    versions: int = 0
    bytes: int = 0
    longest_wait_seconds: float = 0
    """The longest time from a version's writing to its copy, of those copied in this run."""
    failures: list[str] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """One SHA-256 over all keys and what they say, equal for equal buckets."""
        lines = "".join(f"{key} {self.keys[key]}\n" for key in sorted(self.keys))
        return hashlib.sha256(lines.encode()).hexdigest()

    def add(self, outcome: Outcome) -> None:
        """Count what came of a key."""
        self.versions += outcome.versions
        self.bytes += outcome.bytes
        self.longest_wait_seconds = max(self.longest_wait_seconds, outcome.longest_wait_seconds)
        if outcome.failure:
            self.failures.append(f"{outcome.key}: {outcome.failure}")
        elif outcome.digest is not None:
            self.keys[outcome.key] = outcome.digest


@dataclass(frozen=True)
class Copy:
    """The copying of one bucket."""

    source: "S3Client"
    source_bucket: str
    target: "S3Client"
    target_bucket: str
    pointers: Sequence[str]
    """Patterns of keys that name other objects, and are copied after all of these."""
    locked_days: int = 0
    """For how long nobody can delete a version once it is replaced, in days; 0: no lock."""

    def run(self) -> Copied:
        """Copy what the target lacks; failures of single objects are told, not raised.

        Raises:
            ClientError, BotoCoreError: if a server does not list its bucket.
        """
        done = Copied()
        held = dict(histories(self.target, self.target_bucket))
        there = histories(self.source, self.source_bucket)
        last: list[tuple[str, list[Version]]] = []
        with ThreadPoolExecutor(CONNECTIONS) as pool:

            def copy(batch: Sequence[tuple[str, list[Version]]]) -> None:
                for outcome in pool.map(
                    lambda one: self._guarded(one[0], one[1], held.get(one[0], [])), batch
                ):
                    done.add(outcome)

            while len(done.failures) <= MOST_FAILURES and (batch := list(islice(there, BATCH))):
                last += [one for one in batch if self._points(one[0])]
                copy([one for one in batch if not self._points(one[0])])
            if not done.failures:
                copy(last)
        return done

    def _points(self, key: str) -> bool:
        return any(fnmatchcase(key, pattern) for pattern in self.pointers)

    def _guarded(self, key: str, source: list[Version], target: list[Version]) -> Outcome:
        outcome = Outcome(key)
        try:
            self._key(outcome, source, target)
        except (ClientError, BotoCoreError, S3UploadFailedError, CopyError) as fault:
            outcome.failure = str(fault)
        return outcome

    def _key(self, outcome: Outcome, source: list[Version], target: list[Version]) -> None:
        """Bring one key up to date."""
        held = self._held(outcome.key, target)
        if held and held.deleted and not held.marked:  # a run was cut off in between
            self.target.delete_object(Bucket=self.target_bucket, Key=outcome.key)
            held = replace(held, marked=True)
        outcome.digest = held.digest if held and not held.marked else None
        lacking = missing(source, held)
        if held and not held.marked and not lacking:
            self._lock_on(outcome.key, held)
        for version in lacking:
            if version.marker:
                self._deletion(outcome.key, version)
                outcome.digest = None
                outcome.add(version, 0)
            elif copied := self._version(outcome.key, version):
                outcome.digest, size = copied
                outcome.add(version, size)

    def _held(self, key: str, target: list[Version]) -> Held | None:
        """How far the copy of a key has come, by what its last version says of itself."""
        objects = [version for version in target if not version.marker]
        if not objects:
            return None
        answer = self.target.head_object(
            Bucket=self.target_bucket, Key=key, VersionId=objects[-1].id
        )
        told = answer["Metadata"]
        if not {VERSION, MODIFIED, DIGEST} <= told.keys():
            return None
        return Held(
            version=told[VERSION],
            modified=datetime.fromisoformat(told[MODIFIED]),
            digest=told[DIGEST],
            marked=target[-1].marker,
            copy=objects[-1].id,
            deleted=DELETED in told,
            locked_until=answer.get("ObjectLockRetainUntilDate"),
        )

    def _deletion(self, key: str, version: Version) -> None:
        """Hide the copy, and say since when the source does not have it any more."""
        self.target.put_object(
            Bucket=self.target_bucket,
            Key=key,
            Body=b"",
            Metadata={**_source(version), DIGEST: NOTHING, DELETED: "true"},
            **self._lock(),
        )
        self.target.delete_object(Bucket=self.target_bucket, Key=key)

    def _lock_on(self, key: str, held: Held) -> None:
        """Lock what an object says now for longer, before its days could be over."""
        enough = datetime.now(UTC) + timedelta(days=self.locked_days)
        if self.locked_days and (held.locked_until is None or held.locked_until < enough):
            self.target.put_object_retention(
                Bucket=self.target_bucket,
                Key=key,
                VersionId=held.copy,
                Retention={"Mode": "COMPLIANCE", "RetainUntilDate": self._until()},
            )

    def _until(self) -> datetime:
        """Twice as long, so that it need not be made longer in every run."""
        return datetime.now(UTC) + timedelta(days=2 * self.locked_days)

    def _lock(self) -> dict[str, Any]:
        """The lock of what is written now, as an upload says it."""
        if not self.locked_days:
            return {}
        return {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": self._until()}

    def _version(self, key: str, version: Version) -> tuple[str, int] | None:
        """Copy one version and read it back; its digest and size, None if it is gone meanwhile.

        Raises:
            CopyError: if what arrived is not what was sent.
        """
        try:
            given = self.source.get_object(Bucket=self.source_bucket, Key=key, VersionId=version.id)
        except ClientError as refused:
            if refused.response["Error"]["Code"] in {"NoSuchVersion", "NoSuchKey"}:
                return None
            raise
        told = _source(version)
        try:
            return carried(
                given,
                lambda digest: {**given["Metadata"], **told, DIGEST: digest},
                self.target,
                self.target_bucket,
                key,
                self._lock(),
            )
        except ArrivedError:
            # A version that says nothing of itself makes the next run copy the key anew.
            self.target.put_object(Bucket=self.target_bucket, Key=key, Body=b"")
            raise


def _source(version: Version) -> dict[str, str]:
    """Which version of the source a copy is, as its metadata say it."""
    return {VERSION: version.id, MODIFIED: version.modified.isoformat()}
