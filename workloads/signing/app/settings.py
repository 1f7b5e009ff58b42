"""What the Job is told: environment variables and mounted folders."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.failure import ConfigurationError

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything the signing Job can be told.

    Attributes:
        model: Name of the model.
        endpoint: URL of the object store; empty for the cloud's own.
        region: Region that requests to the store are signed for.
        candidates: Bucket that training writes to.
        models: Bucket that serving reads from.
        renew_days: Age at which an unchanged release is signed again; 0 for never.
        mounts: Folder with `store` and `signing`.
    """

    model: str
    endpoint: str
    region: str
    candidates: str
    models: str
    renew_days: int
    mounts: Path

    @property
    def private_key(self) -> Path:
        """EC P-256 private key, PEM."""
        return self.mounts / "signing" / "signing.key"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Reads the settings.

        Args:
            environ: Environment variables.

        Raises:
            ConfigurationError: A variable is missing or has a value that is not allowed.
        """

        def text(name: str) -> str:
            value = environ.get(name, "")
            if not value:
                raise ConfigurationError(f"{name} is not set in the Job's environment")
            return value

        days = environ.get("RELEASE_RENEW_DAYS", "0")
        if not days.isascii() or not days.isdigit():
            raise ConfigurationError(f"RELEASE_RENEW_DAYS={days!r}: give a whole number of days")
        model = text("MODEL")
        if not NAME.fullmatch(model):
            raise ConfigurationError(
                f"MODEL={model!r}: give lower-case letters, digits and hyphens, at most 63"
            )
        return cls(
            model=model,
            endpoint=environ.get("STORE_ENDPOINT", ""),
            region=text("STORE_REGION"),
            candidates=text("STORE_CANDIDATES"),
            models=text("STORE_MODELS"),
            renew_days=int(days),
            mounts=Path(environ.get("MOUNT_ROOT", "/etc/mizan")),
        )
