"""The release: which version of each variant is signed for serving."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from app.failure import ConfigurationError, VerificationError
from app.repository import FILES, MODEL_FILE
from app.signature import TrustedKey, open_envelope

PAYLOAD_TYPE = "application/vnd.mizan.release+json"
CLOCK_SKEW = timedelta(minutes=5)

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,62}\Z")]
Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
Version = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{12}\Z")]


class ReleasedVariant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One variant as it was signed.

    Attributes:
        version: First 12 hexadecimal digits of the model's digest.
        digest: SHA-256 of the model file.
        path: Folder in the bucket.
        files: SHA-256 of every file of the folder.
    """

    version: Version
    digest: Digest
    path: str
    files: dict[str, Digest]


class Release(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may be served under one model's name.

    Attributes:
        model: Name of the model.
        variants: The variants by name.
        signed_by: Key id of the signature.
        signed_at: When it was signed.
    """

    model: Name
    variants: Annotated[dict[Name, ReleasedVariant], msgspec.Meta(min_length=1)]
    signed_by: Digest
    signed_at: Annotated[datetime, msgspec.Meta(tz=True)]


def open_release(
    raw: bytes, model: str, key: TrustedKey, file: str, *, max_age_days: int = 0
) -> Release:
    """Reads the release once its signature holds and it is about this model.

    Args:
        raw: Bytes of the envelope.
        model: Name of the model that is to be served.
        key: The trusted key.
        file: Name of the file, for messages.
        max_age_days: Oldest signature that is accepted; 0 for no limit.

    Raises:
        VerificationError: The envelope or anything that it says is not acceptable.
    """
    payload = open_envelope(raw, PAYLOAD_TYPE, key, file)
    try:
        release = msgspec.json.decode(payload, type=Release)
    except msgspec.DecodeError as error:
        raise VerificationError(file, f"is not a release: {error}") from error
    if release.model != model:
        raise VerificationError(file, f"is about model {release.model}, not {model}")
    if release.signed_by != key.keyid:
        raise VerificationError(file, f"says signed_by {release.signed_by}, not {key.keyid}")
    age = datetime.now(UTC) - release.signed_at
    if age < -CLOCK_SKEW:
        raise VerificationError(file, f"is signed in the future ({release.signed_at})")
    if max_age_days and age > timedelta(days=max_age_days):
        raise VerificationError(
            file,
            f"expired: signed {release.signed_at:%Y-%m-%d}, at most {max_age_days} days are "
            "allowed; run the signing job again",
        )
    for variant, released in release.variants.items():
        expected = f"{model}/{variant}/{released.version}"
        if released.path != expected:
            raise VerificationError(
                file, f"variant {variant} has path {released.path!r}, only {expected!r} is allowed"
            )
        if set(released.files) != set(FILES):
            raise VerificationError(file, f"variant {variant} does not list exactly {FILES}")
        if released.files[MODEL_FILE] != released.digest or not released.digest.startswith(
            released.version
        ):
            raise VerificationError(file, f"variant {variant} has two digests for {MODEL_FILE}")
    return release


def choose(release: Release, weights: dict[str, float]) -> dict[str, ReleasedVariant]:
    """Returns the variants that have a weight.

    Raises:
        ConfigurationError: A weight names a variant that is not in the release.
    """
    unknown = sorted(set(weights) - set(release.variants))
    if unknown:
        raise ConfigurationError(
            f"VARIANT_WEIGHTS names {', '.join(unknown)}; the signed release of model "
            f"{release.model} has {', '.join(sorted(release.variants))}"
        )
    return {variant: release.variants[variant] for variant in weights}
