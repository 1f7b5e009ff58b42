"""The model repository: reads named objects of a bucket, and nothing else."""

from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from app import hosts
from app.failure import ConfigurationError, StoreError, VerificationError

MODEL_FILE = "model.onnx"
FILES = (
    MODEL_FILE,
    "contract.json",
    "metrics.json",
    "model_card.md",
    "provenance.json",
    "provenance.dsse.json",
    "model.sig",
)
LARGEST_MODEL = 2 * 1024**3
LARGEST_DOCUMENT = 8 * 1024**2


class Repository:
    """One bucket with signed models."""

    def __init__(self, *, endpoint: str, region: str, bucket: str, credentials: Path) -> None:
        """Connects lazily; the first read finds out whether the store answers.

        Args:
            endpoint: URL of the store; empty for the cloud's own.
            region: Region that requests are signed for.
            bucket: Name of the bucket.
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
        self.bucket = bucket
        self._client = hosts.hold(
            boto3.client(
                "s3",
                region_name=region,
                endpoint_url=endpoint or None,
                config=Config(
                    connect_timeout=5,
                    read_timeout=30,
                    retries={"mode": "standard", "max_attempts": 5},
                    s3={"addressing_style": "path"} if endpoint else None,
                ),
                **given,
            )
        )

    def read(self, key: str) -> bytes:
        """Reads one object whole.

        Args:
            key: Name of the object in the bucket.

        Raises:
            VerificationError: The object is missing, unreadable or larger than a model is.
            StoreError: The store does not answer.
        """
        largest = LARGEST_MODEL if key.endswith(MODEL_FILE) else LARGEST_DOCUMENT
        try:
            answer = self._client.get_object(Bucket=self.bucket, Key=key)
            if answer["ContentLength"] > largest:
                raise VerificationError(
                    key, f"has {answer['ContentLength']} bytes, {largest} are allowed"
                )
            return bytes(answer["Body"].read())
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in {"NoSuchKey", "NoSuchBucket", "404", "AccessDenied", "403"}:
                raise VerificationError(
                    key, f"is missing in bucket {self.bucket}, or may not be read ({code})"
                ) from error
            raise StoreError(f"bucket {self.bucket}, {key}: {error}") from error
        except BotoCoreError as error:
            raise StoreError(f"bucket {self.bucket}, {key}: {error}") from error

    def download(self, prefix: str, folder: Path) -> None:
        """Downloads the closed list of files of one version into an empty folder."""
        folder.mkdir(parents=True)
        for name in FILES:
            (folder / name).write_bytes(self.read(f"{prefix}/{name}"))
