"""Copying a bucket: every version in order, each proved by its SHA-256 at the target.

What is there is the record of what was copied: each copy says in its metadata which version of
the source it is. So a run that was cut off is gone on with by the next one, and nothing that was
copied is ever deleted: a deletion at the source becomes a mark, over versions that stay.
"""

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import BotoCoreError, ClientError

from app.declaration import CONNECTIONS, CopyError
from app.history import Held, Version, histories, missing

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

VERSION, MODIFIED, DIGEST = "mizan-source-version", "mizan-source-modified", "mizan-sha256"
BLOCK_BYTES = 1024**2
IN_MEMORY_BYTES = 32 * BLOCK_BYTES
"""An object larger than this waits on the pod's own disk."""
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
        outcome.digest = held.digest if held and not held.marked else None
        for version in missing(source, held):
            if version.marker:
                self.target.delete_object(Bucket=self.target_bucket, Key=outcome.key)
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
        told = self.target.head_object(
            Bucket=self.target_bucket, Key=key, VersionId=objects[-1].id
        )["Metadata"]
        if not {VERSION, MODIFIED, DIGEST} <= told.keys():
            return None
        return Held(
            version=told[VERSION],
            modified=datetime.fromisoformat(told[MODIFIED]),
            digest=told[DIGEST],
            marked=target[-1].marker,
        )

    def _version(self, key: str, version: Version) -> tuple[str, int] | None:
        """Copy one version and read it back; its digest and size, None if it is gone meanwhile.

        Raises:
            CopyError: if what arrived is not what was sent.
        """
        with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as spool:
            try:
                given = self.source.get_object(
                    Bucket=self.source_bucket, Key=key, VersionId=version.id
                )
            except ClientError as refused:
                if refused.response["Error"]["Code"] in {"NoSuchVersion", "NoSuchKey"}:
                    return None
                raise
            digest, size = _read(given["Body"], spool.write)
            if size != given["ContentLength"]:
                raise CopyError(f"{size} of {given['ContentLength']} bytes arrived")
            spool.seek(0)
            self.target.upload_fileobj(
                spool,
                self.target_bucket,
                key,
                ExtraArgs={
                    "ContentType": given.get("ContentType", "binary/octet-stream"),
                    "Metadata": {
                        **given["Metadata"],
                        VERSION: version.id,
                        MODIFIED: version.modified.isoformat(),
                        DIGEST: digest,
                    },
                },
            )
        arrived = self.target.get_object(Bucket=self.target_bucket, Key=key)["Body"]
        found, _ = _read(arrived, lambda _: None)
        if found != digest:
            # A version that says nothing of itself makes the next run copy the key anew.
            self.target.put_object(Bucket=self.target_bucket, Key=key, Body=b"")
            raise CopyError(f"the copy's SHA-256 is {found}, and the original's is {digest}")
        return digest, size


class _Body(Protocol):
    def read(self, size: int) -> bytes: ...


def _read(body: _Body, write: Callable[[bytes], object]) -> tuple[str, int]:
    """Read a body to its end; its SHA-256 and its size."""
    digest, size = hashlib.sha256(), 0
    while block := body.read(BLOCK_BYTES):
        digest.update(block)
        size += len(block)
        write(block)
    return digest.hexdigest(), size
