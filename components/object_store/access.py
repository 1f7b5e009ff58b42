"""Who may do what with which bucket."""

from dataclasses import dataclass
from enum import StrEnum


class Access(StrEnum):
    """What a grant allows."""

    READ = "read"
    """List the bucket and read its objects, old versions too."""
    WRITE = "write"
    """List the bucket, read, write and delete its objects; old versions stay out of reach."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """One workload's right to one bucket. What is not granted is refused."""

    user: str
    """Account of the workload."""
    bucket: str
    """Name of the bucket."""
    access: Access
    """What it may do there."""
    prefix: str = ""
    """Only objects whose key begins so; the whole bucket by default."""

    def document(self) -> dict[str, str]:
        """The grant as the setup Job reads it."""
        return {
            "user": self.user,
            "bucket": self.bucket,
            "access": self.access.value,
            "prefix": self.prefix,
        }
