"""One bucket of the object store, by exact key."""

from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from app import hosts
from app.failure import ConfigurationError, StoreError

ABSENT = {"NoSuchKey", "404"}
REMEDIES = {
    "NoSuchBucket": "the bucket does not exist; create it first (the object store's own setup)",
    "AccessDenied": "access is denied; grant this Job's account the right on this bucket",
    "InvalidAccessKeyId": "the store does not know the access key; renew the mounted credential",
    "SignatureDoesNotMatch": "the secret key is wrong; renew the mounted credential",
}


class Bucket:
    """A bucket of an S3 object store."""

    def __init__(self, name: str, *, endpoint: str, region: str, credentials: Path) -> None:
        """Connects lazily.

        Args:
            name: Name of the bucket.
            endpoint: URL of the store; empty for the cloud's own.
            region: Region that requests are signed for.
            credentials: Folder with access_key, secret_key and ca.crt. Where it does not
                exist, the cloud's own chain of credentials is used.

        Raises:
            ConfigurationError: The folder exists and lacks a file.
        """
        given: dict[str, Any] = {}
        if credentials.is_dir():
            for file in ("access_key", "secret_key", "ca.crt"):
                if not (credentials / file).is_file():
                    raise ConfigurationError(f"{credentials / file} is missing")
            given = {
                "aws_access_key_id": (credentials / "access_key").read_text().strip(),
                "aws_secret_access_key": (credentials / "secret_key").read_text().strip(),
                "verify": str(credentials / "ca.crt"),
            }
        self.name = name
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

    def read(self, key: str) -> bytes | None:
        """Reads one object whole; None where there is none.

        Raises:
            StoreError: The store refuses or does not answer.
        """
        try:
            return bytes(self._client.get_object(Bucket=self.name, Key=key)["Body"].read())
        except (ClientError, BotoCoreError) as error:
            if _code(error) in ABSENT:
                return None
            raise self._refusal("read", key, error) from error

    def write(self, key: str, body: bytes) -> None:
        """Writes one object.

        Raises:
            StoreError: The store refuses or does not answer.
        """
        try:
            self._client.put_object(Bucket=self.name, Key=key, Body=body)
        except (ClientError, BotoCoreError) as error:
            raise self._refusal("written", key, error) from error

    def _refusal(self, verb: str, key: str, error: Exception) -> StoreError:
        reason = REMEDIES.get(_code(error), str(error))
        return StoreError(f"s3://{self.name}/{key} cannot be {verb}: {reason}")


def _code(error: Exception) -> str:
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", ""))
    return ""
