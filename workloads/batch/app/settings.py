"""What the job is told: environment variables and mounted folders."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.failure import ConfigurationError

BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
API = "https://kubernetes.default.svc"
"""The API server, as every pod finds it."""
MASTER = f"k8s://{API}"
LEAST_MEMORY_MIB = 1024
"""Java keeps less than that for itself in no pod of Spark."""


@dataclass(frozen=True, kw_only=True)
class Pods:
    """The cluster in which executors run.

    Attributes:
        namespace: Where they run.
        template: Name of the PodTemplate that they are made from.
        image: Image by digest.
        driver: Name of this pod, which takes its executors with it when it goes.
        address: IP address of this pod.
        service_account: Account of both.
        cpu: CPU of an executor, in thousandths of a core.
        memory_mib: Memory of an executor.
        most: Executors that the job may grow to.
        driver_memory_mib: Memory of this pod.
    """

    namespace: str
    template: str
    image: str
    driver: str
    address: str
    service_account: str
    cpu: int
    memory_mib: int
    most: int
    driver_memory_mib: int


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything the job can be told.

    Attributes:
        endpoint: URL of the object store; empty for the cloud's own.
        region: Region that requests to the store are signed for.
        lake: Bucket with the landed flights.
        features: Bucket for the tables.
        mounts: Folder with mounted Secrets: `store`, with a credential, where there is one, and
            `rpc`, with the secret that driver and executors share.
        pods: Where executors run; this process is the only one where it is None.
    """

    endpoint: str
    region: str
    lake: str
    features: str
    mounts: Path
    pods: Pods | None

    @property
    def credentials(self) -> Path:
        """Where the store's credential is, if one is mounted."""
        return self.mounts / "store"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Reads the settings.

        Args:
            environ: Environment variables.

        Raises:
            ConfigurationError: A variable is missing or has a value that is not allowed.
        """
        endpoint = environ.get("STORE_ENDPOINT", "")
        if endpoint and not endpoint.startswith("https://"):
            raise ConfigurationError(f"STORE_ENDPOINT={endpoint!r}: only https:// is allowed")
        return cls(
            endpoint=endpoint,
            region=_text(environ, "STORE_REGION"),
            lake=_bucket(environ, "STORE_LAKE", "lake"),
            features=_bucket(environ, "STORE_FEATURES", "features"),
            mounts=Path(environ.get("MOUNT_ROOT", "/etc/mizan")),
            pods=_pods(environ) if environ.get("EXECUTOR_TEMPLATE") else None,
        )


def _pods(environ: Mapping[str, str]) -> Pods:
    return Pods(
        namespace=_text(environ, "POD_NAMESPACE"),
        template=_text(environ, "EXECUTOR_TEMPLATE"),
        image=_text(environ, "EXECUTOR_IMAGE"),
        driver=_text(environ, "POD_NAME"),
        address=_text(environ, "POD_IP"),
        service_account=_text(environ, "SERVICE_ACCOUNT"),
        cpu=_number(environ, "EXECUTOR_CPU_MILLICORES", 1),
        memory_mib=_number(environ, "EXECUTOR_MEMORY_MIB", LEAST_MEMORY_MIB),
        most=_number(environ, "MAX_EXECUTORS", 1),
        driver_memory_mib=_number(environ, "DRIVER_MEMORY_MIB", LEAST_MEMORY_MIB),
    )


def _text(environ: Mapping[str, str], name: str) -> str:
    given = environ.get(name, "")
    if not given:
        raise ConfigurationError(f"{name} is not set in the job's environment")
    return given


def _number(environ: Mapping[str, str], name: str, least: int) -> int:
    given = _text(environ, name)
    if not given.isdecimal() or int(given) < least:
        raise ConfigurationError(f"{name}={given!r}: give a whole number from {least}")
    return int(given)


def _bucket(environ: Mapping[str, str], name: str, otherwise: str) -> str:
    given = environ.get(name, otherwise)
    if not BUCKET.fullmatch(given):
        raise ConfigurationError(
            f"{name}={given!r}: give a bucket name of 3 to 63 lower-case letters, digits, dots and "
            "hyphens"
        )
    return given
