"""One object on its way: written, read back, and compared by its SHA-256."""

import hashlib
import tempfile
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from app.declaration import CopyError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

BLOCK_BYTES = 1024**2
IN_MEMORY_BYTES = 32 * BLOCK_BYTES
"""An object larger than this waits on the pod's own disk."""


class ArrivedError(CopyError):
    """What arrived is not what was sent."""


def carried(  # noqa: PLR0913, PLR0917 - one object, and where it goes
    given: "GetObjectOutputTypeDef",
    metadata: Callable[[str], Mapping[str, str]],
    target: "S3Client",
    bucket: str,
    key: str,
    lock: Mapping[str, Any],
) -> tuple[str, int]:
    """Write an object that was asked for, and read it back; its SHA-256 and its size.

    Args:
        given: The answer with the object.
        metadata: What is written of it, by its SHA-256.
        target: Server that takes it.
        bucket: Bucket that takes it.
        key: Its key there.
        lock: The lock of the new version, as an upload says it.

    Raises:
        CopyError: if less came than was announced.
        ArrivedError: if what arrived is not what was sent.
    """
    with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as spool:
        digest, size = _read(given["Body"], spool.write)
        if size != given["ContentLength"]:
            raise CopyError(f"{size} of {given['ContentLength']} bytes arrived")
        spool.seek(0)
        target.upload_fileobj(
            spool,
            bucket,
            key,
            ExtraArgs={
                "ContentType": given.get("ContentType", "binary/octet-stream"),
                "Metadata": dict(metadata(digest)),
                **lock,
            },
        )
    arrived = target.get_object(Bucket=bucket, Key=key)["Body"]
    found, _ = _read(arrived, lambda _: None)
    if found != digest:
        raise ArrivedError(f"the copy's SHA-256 is {found}, and the original's is {digest}")
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
