"""What is copied from where to where, with the credentials that were mounted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SOURCE_FOLDER = Path("/etc/mizan/source")
TARGET_FOLDER = Path("/etc/mizan/target")
CONNECT_SECONDS = 5
ANSWER_SECONDS = 60
CONNECTIONS = 16


class CopyError(Exception):
    """The copy cannot be completed."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """One S3 server, and the account with which it is asked."""

    endpoint: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)
    session_token: str | None = field(repr=False)
    authority: Path | None
    """Who vouches for its certificate; None: the public authorities."""

    def client(self) -> "S3Client":
        """An S3 client that gives up soon, since the next run goes on where this one ended."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            aws_session_token=self.session_token,
            verify=str(self.authority) if self.authority else True,
            config=Config(
                s3={"addressing_style": "path"},
                connect_timeout=CONNECT_SECONDS,
                read_timeout=ANSWER_SECONDS,
                retries={"total_max_attempts": 3, "mode": "standard"},
                max_pool_connections=CONNECTIONS,
            ),
        )


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """Everything that is copied."""

    source: Server
    target: Server
    buckets: Mapping[str, str]
    """For each bucket of the source, the bucket of the target with its copies."""
    report_bucket: str | None
    """Bucket of the target that reports are written to; None: none is written."""
    pointers: tuple[str, ...]
    """Patterns of keys that are copied when all else of their bucket is there."""
    locked_days: int
    """For how long nobody can delete a copy once it is replaced, in days; 0: no lock."""


def read(
    path: Path, *, source_folder: Path = SOURCE_FOLDER, target_folder: Path = TARGET_FOLDER
) -> Declaration:
    """Read the declaration and both credentials.

    Raises:
        CopyError: if something is missing, or a server would be asked without TLS.
    """
    try:
        document = json.loads(path.read_text())
        return Declaration(
            source=_server(document["source"], source_folder),
            target=_server(document["target"], target_folder),
            buckets=dict(document["buckets"]),
            report_bucket=document["report_bucket"],
            pointers=tuple(document["pointers"]),
            locked_days=document["locked_days"],
        )
    except OSError as fault:
        raise CopyError(f"{fault.filename} cannot be read: {fault.strerror}") from fault
    except (ValueError, KeyError, TypeError) as fault:
        raise CopyError(f"{path} is not a declaration: {fault!r}") from fault


def _server(document: Mapping[str, Any], folder: Path) -> Server:
    endpoint = document["endpoint"]
    if not endpoint.startswith("https://"):
        raise CopyError(f"the endpoint is {endpoint!r}; allowed: one that begins with https://")
    authority = folder / "ca.crt"
    return Server(
        endpoint=endpoint,
        region=document["region"],
        access_key=(folder / "access_key").read_text().strip(),
        secret_key=(folder / "secret_key").read_text().strip(),
        session_token=_optional(folder / "session_token"),
        authority=authority if authority.exists() else None,
    )


def _optional(path: Path) -> str | None:
    return path.read_text().strip() if path.exists() else None
