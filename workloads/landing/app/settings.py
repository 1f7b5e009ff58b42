"""What the Job is told: environment variables and mounted folders."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.failure import ConfigurationError

BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
ANSWERS = {"true": True, "false": False}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything the landing Job can be told.

    Attributes:
        endpoint: URL of the object store; empty for the cloud's own.
        region: Region that requests to the store are signed for.
        lake: Bucket of the lake.
        replace: Whether other data under the same names may be overwritten.
        credentials: Folder with access_key, secret_key and ca.crt; where it does not exist, the
            cloud's own chain of credentials is used.
    """

    endpoint: str
    region: str
    lake: str
    replace: bool
    credentials: Path

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Reads the settings.

        Args:
            environ: Environment variables.

        Raises:
            ConfigurationError: A variable is missing or has a value that is not allowed.
        """
        region = environ.get("STORE_REGION", "")
        if not region:
            raise ConfigurationError("STORE_REGION is not set in the Job's environment")
        endpoint = environ.get("STORE_ENDPOINT", "")
        if endpoint and not endpoint.startswith("https://"):
            raise ConfigurationError(f"STORE_ENDPOINT={endpoint!r}: only https:// is allowed")
        lake = environ.get("STORE_LAKE", "lake")
        if not BUCKET.fullmatch(lake):
            raise ConfigurationError(
                f"STORE_LAKE={lake!r}: give a bucket name of 3 to 63 lower-case letters, digits, "
                "dots and hyphens"
            )
        replace = environ.get("LANDING_REPLACE", "false")
        if replace not in ANSWERS:
            raise ConfigurationError(f"LANDING_REPLACE={replace!r}: give true or false")
        return cls(
            endpoint=endpoint,
            region=region,
            lake=lake,
            replace=ANSWERS[replace],
            credentials=Path(environ.get("MOUNT_ROOT", "/etc/mizan")) / "store",
        )
