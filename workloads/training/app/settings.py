"""What the Job is told: environment variables and mounted folders."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.architecture import ARCHITECTURES
from app.failure import ConfigurationError

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
LAST_MONTH = 12


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything the training Job can be told.

    Attributes:
        model: Name of the model.
        variants: Variants to make, by name.
        train_months: Months of the year to learn from, ascending.
        held_out_months: Later months to measure on, ascending.
        epochs: Times that training goes over its months.
        seed: Start of the random numbers.
        endpoint: URL of the object store; empty for the cloud's own.
        region: Region that requests to the store are signed for.
        lake: Bucket of the data.
        candidates: Bucket that the candidates are written to.
        credentials: Folder with access_key, secret_key and ca.crt; where it does not exist, the
            cloud's own chain of credentials is used.
        code_version: Version of the code, for the provenance statement.
        image_digest: Digest of the image that this runs in, for the provenance statement.
    """

    model: str
    variants: tuple[str, ...]
    train_months: tuple[int, ...]
    held_out_months: tuple[int, ...]
    epochs: int
    seed: int
    endpoint: str
    region: str
    lake: str
    candidates: str
    credentials: Path
    code_version: str
    image_digest: str

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Reads the settings.

        Args:
            environ: Environment variables.

        Raises:
            ConfigurationError: A variable is missing or has a value that is not allowed.
        """

        def text(name: str, default: str, allowed: Callable[[str], object], rule: str) -> str:
            value = environ.get(name, default)
            if not allowed(value):
                raise ConfigurationError(f"{name}={value!r}: give {rule}")
            return value

        endpoint = text(
            "STORE_ENDPOINT", "", lambda url: not url or url.startswith("https://"), "https://..."
        )
        bucket = "a bucket name of 3 to 63 lower-case letters, digits, dots and hyphens"
        train, held_out = _months(environ, "TRAIN_MONTHS"), _months(environ, "HELD_OUT_MONTHS")
        if held_out[0] <= train[-1]:
            raise ConfigurationError(
                f"HELD_OUT_MONTHS={held_out} do not all come after TRAIN_MONTHS={train}: a model "
                "is measured on a time that it has not seen"
            )
        return cls(
            model=text(
                "MODEL", "delay", NAME.fullmatch, "lower-case letters, digits and hyphens, up to 63"
            ),
            variants=_variants(environ.get("VARIANTS", "wide,deep")),
            train_months=train,
            held_out_months=held_out,
            epochs=_whole(environ, "EPOCHS", "8", least=1),
            seed=_whole(environ, "SEED", "0", least=0),
            endpoint=endpoint,
            region=text("STORE_REGION", "", bool, "the region that requests are signed for"),
            lake=text("STORE_LAKE", "lake", BUCKET.fullmatch, bucket),
            candidates=text("STORE_CANDIDATES", "candidates", BUCKET.fullmatch, bucket),
            credentials=Path(environ.get("MOUNT_ROOT", "/etc/mizan")) / "store",
            code_version=text("MIZAN_CODE_VERSION", "", bool, "the version of the code"),
            image_digest=text(
                "MIZAN_IMAGE_DIGEST", "", DIGEST.fullmatch, "the image's digest, sha256:..."
            ),
        )


def _whole(environ: Mapping[str, str], name: str, default: str, *, least: int) -> int:
    value = environ.get(name, default)
    if not (value.isascii() and value.isdigit()) or not least <= int(value) < 2**31:
        raise ConfigurationError(f"{name}={value!r}: give a whole number, at least {least}")
    return int(value)


def _months(environ: Mapping[str, str], name: str) -> tuple[int, ...]:
    parts = [part.strip() for part in environ.get(name, "").split(",")]
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise ConfigurationError(f"{name}={environ.get(name, '')!r}: give months such as 1,2,3")
    months = sorted({int(part) for part in parts})
    if len(months) < len(parts) or not 1 <= months[0] <= months[-1] <= LAST_MONTH:
        raise ConfigurationError(f"{name}={environ[name]!r}: give months from 1 to 12, each once")
    return tuple(months)


def _variants(value: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in value.split(","))
    if len(set(names)) < len(names) or not set(names) <= set(ARCHITECTURES):
        raise ConfigurationError(
            f"VARIANTS={value!r}: give some of {', '.join(ARCHITECTURES)}, each once"
        )
    return names
