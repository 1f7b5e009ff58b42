"""The provider's configuration: region, account, default tags, retries."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.aws.provider.connection import ATTEMPTS
from sandbox.provider_service.errors import ProviderError
from sandbox.provider_service.values import Values

_ALLOWED = ("allowedAccountIds", "defaultTags", "forbiddenAccountIds", "maxRetries", "region")
# Settings of the official provider that change nothing here: there is one AWS, which asks nobody.
_WITHOUT_EFFECT = (
    "accessKey",
    "profile",
    "retryMode",
    "s3UsePathStyle",
    "secretKey",
    "skipCredentialsValidation",
    "skipMetadataApiCheck",
    "skipRegionValidation",
    "skipRequestingAccountId",
    "token",
)
# What the engine itself adds.
_INTERNAL = ("version", "pluginDownloadURL", "pluginChecksums", "__internal", "__defaults")


def refusals(config: Values) -> list[tuple[str, str]]:
    """Return (setting, reason) for every setting that cannot be honoured."""
    return [
        (
            key,
            (
                f"provider setting {key!r} is not supported here; allowed are "
                f"{', '.join(_ALLOWED)}: remove it, or install the official AWS plugin"
            ),
        )
        for key in config
        if key not in (*_ALLOWED, *_WITHOUT_EFFECT, *_INTERNAL)
    ]


@dataclass(frozen=True)
class Configuration:
    """Settings of one provider resource."""

    region: str = ""
    allowed_accounts: tuple[str, ...] = ()
    """Empty for any."""
    forbidden_accounts: tuple[str, ...] = ()
    default_tags: Mapping[str, str] = field(default_factory=dict)
    attempts: int = ATTEMPTS

    @classmethod
    def of(cls, config: Values) -> "Configuration":
        """Read the settings, which the engine may send as JSON text."""
        read = {key: _decoded(value) for key, value in config.items()}
        tags = (read.get("defaultTags") or {}).get("tags") or {}
        retries = read.get("maxRetries")
        return cls(
            region=read.get("region")
            or os.environ.get("AWS_REGION")
            or os.environ.get("AWS_DEFAULT_REGION", ""),
            allowed_accounts=tuple(str(a) for a in read.get("allowedAccountIds") or ()),
            forbidden_accounts=tuple(str(a) for a in read.get("forbiddenAccountIds") or ()),
            default_tags={str(k): str(v) for k, v in tags.items()},
            attempts=ATTEMPTS if retries is None else int(retries) + 1,
        )

    def check(self, account: str) -> None:
        """Refuse an account that the settings exclude.

        Raises:
            ProviderError: it is not allowed.
        """
        if self.allowed_accounts and account not in self.allowed_accounts:
            allowed = ", ".join(self.allowed_accounts)
            raise ProviderError(f"the account is {account}; allowedAccountIds are {allowed}")
        if account in self.forbidden_accounts:
            raise ProviderError(f"the account is {account}, which forbiddenAccountIds excludes")


def _decoded(value: Any) -> Any:
    """Return a setting as it was meant: the engine sends some as JSON inside a string."""
    if isinstance(value, str):
        try:
            decoded = json.loads(value)
        except ValueError:
            return value
        return decoded if isinstance(decoded, bool | dict | list) else value
    return value
