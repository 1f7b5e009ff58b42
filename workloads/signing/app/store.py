"""The object store: reads from one bucket and writes to another, by exact name."""

from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from app import hosts
from app.failure import ConfigurationError, StoreError

LARGEST = 2 * 1024**3
ABSENT = {"NoSuchKey", "404"}


class Store:
    """An S3 object store."""

    def __init__(self, *, endpoint: str, region: str, credentials: Path) -> None:
        """Connects lazily.

        Args:
            endpoint: URL of the store; empty for the cloud's own.
            region: Region that requests are signed for.
            credentials: Folder with access_key, secret_key and ca.crt. Where it does not
                exist, the cloud's own chain of credentials is used.

        Raises:
            ConfigurationError: The folder exists and lacks a file.
        """
        given: dict[str, Any] = {}
        if credentials.is_dir():
            for name in ("access_key", "secret_key", "ca.crt"):
                if not (credentials / name).is_file():
                    raise ConfigurationError(f"{credentials / name} is missing")
            given = {
                "aws_access_key_id": (credentials / "access_key").read_text().strip(),
                "aws_secret_access_key": (credentials / "secret_key").read_text().strip(),
                "verify": str(credentials / "ca.crt"),
            }
        self._client = hosts.hold(
            boto3.client(
                "s3",
                region_name=region,
                endpoint_url=endpoint or None,
                config=Config(
                    connect_timeout=5,
                    read_timeout=60,
                    retries={"mode": "standard", "max_attempts": 5},
                    s3={"addressing_style": "path"} if endpoint else None,
                ),
                **given,
            )
        )

    def read(self, bucket: str, key: str) -> bytes | None:
        """Reads one object whole; None where there is none.

        Raises:
            StoreError: The store refuses, does not answer, or the object is too large.
        """
        try:
            answer = self._client.get_object(Bucket=bucket, Key=key)
            if answer["ContentLength"] > LARGEST:
                raise StoreError(
                    f"{bucket}/{key}: has {answer['ContentLength']} bytes, {LARGEST} are allowed"
                )
            return bytes(answer["Body"].read())
        except ClientError as error:
            if error.response.get("Error", {}).get("Code", "") in ABSENT:
                return None
            raise StoreError(f"{bucket}/{key}: cannot be read: {error}") from error
        except BotoCoreError as error:
            raise StoreError(f"{bucket}/{key}: cannot be read: {error}") from error

    def write(self, bucket: str, key: str, body: bytes) -> None:
        """Writes one object.

        Raises:
            StoreError: The store refuses or does not answer.
        """
        try:
            self._client.put_object(Bucket=bucket, Key=key, Body=body)
        except (ClientError, BotoCoreError) as error:
            raise StoreError(f"{bucket}/{key}: cannot be written: {error}") from error
