"""What the pod is told: environment variables and mounted folders, checked once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.assignment import Assignment
from app.failure import ConfigurationError

DEFAULTS = {
    "HOST": "0.0.0.0",  # noqa: S104 - a pod is reached by its own address; policies say by whom
    "MOUNT_ROOT": "/etc/mizan",
    "SCRATCH": "/tmp/mizan",  # noqa: S108 - the pod's own emptyDir, shared with nobody
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything a serving pod can be told.

    Attributes:
        model: Name of the model in the store.
        store_endpoint: URL of the object store; empty for the cloud's own.
        store_region: Region that requests to the store are signed for.
        store_models: Bucket with signed models.
        assignment: Split of subjects over variants.
        host: Address to listen on.
        port: TCP port of the TLS listener.
        queue_limit: Requests in flight or waiting before new ones get 429.
        inference_threads: Requests computed at the same time.
        intra_op_threads: ONNX Runtime threads within one computation.
        max_rows: Rows that one request may hold.
        max_body_bytes: Bytes that one request body may hold.
        drain_seconds: Time between "not ready" and closing the listener.
        reload_overlap_seconds: Time that old and new worker overlap on a new certificate.
        certificate_poll_seconds: Time between looks at the certificate files.
        release_max_age_days: Oldest signature that is accepted; 0 for no limit.
        mounts: Folder with `tls`, `store` and `verification`.
        scratch: Writable folder for the verified model.
    """

    model: str
    store_endpoint: str
    store_region: str
    store_models: str
    assignment: Assignment
    host: str
    port: int
    queue_limit: int
    inference_threads: int
    intra_op_threads: int
    max_rows: int
    max_body_bytes: int
    drain_seconds: int
    reload_overlap_seconds: int
    certificate_poll_seconds: int
    release_max_age_days: int
    mounts: Path
    scratch: Path

    @property
    def certificate(self) -> Path:
        """Certificate chain that the listener shows."""
        return self.mounts / "tls" / "tls.crt"

    @property
    def private_key(self) -> Path:
        """Private key of the listener, PKCS#8."""
        return self.mounts / "tls" / "tls.key"

    @property
    def trusted_key(self) -> Path:
        """Public key that models must be signed with."""
        return self.mounts / "verification" / "signing.pub"

    @property
    def drain_marker(self) -> Path:
        """File whose presence makes readiness false."""
        return self.scratch / "draining"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Reads the settings.

        Args:
            environ: Environment variables.

        Raises:
            ConfigurationError: A variable is missing or has a value that is not allowed.
        """

        def whole(name: str, default: int, low: int, high: int) -> int:
            text = environ.get(name, str(default))
            if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
                raise ConfigurationError(
                    f"{name}={text!r}: give a whole number from {low} to {high}"
                )
            return int(text)

        def text(name: str) -> str:
            value = environ.get(name, DEFAULTS.get(name, ""))
            if not value:
                raise ConfigurationError(f"{name} is not set in the pod's environment")
            return value

        return cls(
            model=text("MODEL"),
            store_endpoint=environ.get("STORE_ENDPOINT", ""),
            store_region=text("STORE_REGION"),
            store_models=text("STORE_MODELS"),
            assignment=Assignment(_weights(text("VARIANT_WEIGHTS")), text("EXPERIMENT_SALT")),
            host=text("HOST"),
            port=whole("PORT", 8443, 1, 65535),
            queue_limit=whole("QUEUE_LIMIT", 64, 1, 100_000),
            inference_threads=whole("INFERENCE_THREADS", 1, 1, 64),
            intra_op_threads=whole("INTRA_OP_THREADS", 1, 1, 64),
            max_rows=whole("MAX_ROWS", 1000, 1, 1_000_000),
            max_body_bytes=whole("MAX_BODY_BYTES", 4 * 1024 * 1024, 1024, 1024**3),
            drain_seconds=whole("DRAIN_SECONDS", 5, 0, 300),
            reload_overlap_seconds=whole("RELOAD_OVERLAP_SECONDS", 15, 0, 300),
            certificate_poll_seconds=whole("CERTIFICATE_POLL_SECONDS", 30, 1, 3600),
            release_max_age_days=whole("RELEASE_MAX_AGE_DAYS", 0, 0, 36_500),
            mounts=Path(text("MOUNT_ROOT")),
            scratch=Path(text("SCRATCH")),
        )


def _weights(text: str) -> dict[str, float]:
    try:
        weights = json.loads(text)
    except ValueError as error:
        raise ConfigurationError(f"VARIANT_WEIGHTS is not JSON: {error}") from error
    if not isinstance(weights, dict):
        raise ConfigurationError(
            f'VARIANT_WEIGHTS={text}: give an object such as {{"wide": 80, "deep": 20}}'
        )
    return weights
