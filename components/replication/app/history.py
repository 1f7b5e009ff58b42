"""What happened to each key of a bucket, and what of it a copy still lacks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of an object, or the mark of its deletion."""

    id: str
    modified: datetime
    marker: bool
    """Whether it marks a deletion."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """How far the copy of a key has come."""

    version: str
    """Version of the source that was copied last."""
    modified: datetime
    """When the source took that version."""
    digest: str
    """SHA-256 of it, in hexadecimal digits."""
    marked: bool
    """Whether the copy is marked as deleted after it."""
    copy: str
    """Version of the copy."""
    deleted: bool
    """Whether it says that the source deleted the object."""
    locked_until: datetime | None
    """Until when nobody can delete that version."""


def histories(client: "S3Client", bucket: str) -> Iterator[tuple[str, list[Version]]]:
    """Every key of a bucket with all its versions, oldest first."""
    pending: dict[str, list[tuple[Version, bool]]] = {}
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for marker, entries in ((False, page.get("Versions")), (True, page.get("DeleteMarkers"))):
            for entry in entries or []:
                version = Version(
                    id=entry["VersionId"], modified=entry["LastModified"], marker=marker
                )
                pending.setdefault(entry["Key"], []).append((version, entry["IsLatest"]))
        # The versions of the page's last key may go on in the next one.
        last = page.get("NextKeyMarker") if page["IsTruncated"] else None
        for key in [key for key in pending if key != last]:
            yield key, _oldest_first(pending.pop(key))


def missing(source: Sequence[Version], held: Held | None) -> list[Version]:
    """What a copy still lacks of a key's versions, in the order in which they came to be."""
    if held is None:
        later, marked = list(source), True  # a mark on nothing says nothing
    else:
        ids = [version.id for version in source]
        if held.version in ids:
            later = list(source[ids.index(held.version) + 1 :])
        else:  # the source keeps old versions for a time only
            later = [version for version in source if version.modified > held.modified]
        marked = held.marked
    while marked and later and later[0].marker:
        del later[0]
    return later


def _oldest_first(listed: Sequence[tuple[Version, bool]]) -> list[Version]:
    """Servers list the newest version first, deletions apart, times in full seconds."""
    order = list(reversed(listed))
    order.sort(key=lambda one: (one[1], one[0].modified))
    return [version for version, _ in order]
