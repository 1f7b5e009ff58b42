"""What the pods of all workloads have in common: identity, credentials, resources, settings.

No security context here: `stacks/hardening.py` fills in the restricted one for every pod.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.core.v1 import (
    EnvVarArgsDict,
    PodSpecArgsDict,
    ServiceAccount,
    VolumeArgsDict,
    VolumeMountArgsDict,
)

NAME_LABEL = "app.kubernetes.io/name"
MOUNT_ROOT = "/etc/mizan"
SECRET_MODE = 0o440
"""Readable by the pod's group and by nobody else."""


@dataclass(frozen=True, kw_only=True)
class Compute:
    """CPU and memory of one pod, in Kubernetes quantities."""

    requests: Mapping[str, str]
    """What is kept free for the pod."""
    limits: Mapping[str, str]
    """What the pod never exceeds."""


@dataclass(frozen=True, kw_only=True)
class StoreClient:
    """How a workload reaches the object store."""

    endpoint: pulumi.Input[str]
    """URL of the store."""
    region: pulumi.Input[str]
    """Region that requests are signed for."""
    credential_secret: str
    """Secret in the workload's namespace (`access_key`, `secret_key`, `ca.crt`)."""

    def settings(self) -> dict[str, pulumi.Input[str]]:
        """The store as environment variables."""
        return {"STORE_ENDPOINT": self.endpoint, "STORE_REGION": self.region}


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """Where and out of what a workload runs."""

    namespace: str
    """Namespace of the workload."""
    image: pulumi.Input[str]
    """Image, by digest."""
    pull_secret: str
    """Secret in the namespace with which the image is pulled."""
    compute: Compute
    """CPU and memory of one pod."""


def labels(name: str) -> dict[str, str]:
    """The labels that connections, Services and budgets select a workload's pods by."""
    return {NAME_LABEL: name}


def account(
    name: str, workload: str, runtime: Runtime, opts: pulumi.ResourceOptions
) -> ServiceAccount:
    """An identity of the workload's own, which may pull its image and ask the API for nothing."""
    return ServiceAccount(
        f"{name}-account",
        metadata={"name": workload, "namespace": runtime.namespace},
        image_pull_secrets=[{"name": runtime.pull_secret}],
        automount_service_account_token=False,
        opts=opts,
    )


def variables(settings: Mapping[str, pulumi.Input[str]]) -> list[EnvVarArgsDict]:
    """Settings as a container takes them, in the order of their names."""
    return [{"name": name, "value": settings[name]} for name in sorted(settings)]


def spec(  # noqa: PLR0913 - one call describes one pod, all by keyword
    workload: str,
    runtime: Runtime,
    *,
    settings: Mapping[str, pulumi.Input[str]],
    secrets: Mapping[str, str],
    secret_settings: Mapping[str, tuple[str, str]] | None = None,
    container: Mapping[str, Any] | None = None,
) -> PodSpecArgsDict:
    """A pod of one container with its settings, and its Secrets as files.

    Args:
        workload: Name of the workload, its container and its service account.
        runtime: Where and out of what it runs.
        settings: Environment variables.
        secrets: Folder below `/etc/mizan` to the Secret that is mounted there.
        secret_settings: Environment variable to the Secret, and its key, that holds the value.
        container: What the container has besides, such as ports and probes.
    """
    mounts: list[VolumeMountArgsDict] = [
        {"name": folder, "mount_path": f"{MOUNT_ROOT}/{folder}", "read_only": True}
        for folder in secrets
    ]
    volumes: list[VolumeArgsDict] = [
        {"name": folder, "secret": {"secret_name": secret, "default_mode": SECRET_MODE}}
        for folder, secret in secrets.items()
    ]
    identity = {
        "MIZAN_IMAGE_DIGEST": pulumi.Output.from_input(runtime.image).apply(
            lambda image: image.rpartition("@")[2]
        )
    }
    base: Any = {
        "name": workload,
        "image": runtime.image,
        "env": [
            *variables({**settings, **identity}),
            *(
                EnvVarArgsDict(
                    name=name, value_from={"secret_key_ref": {"name": secret, "key": key}}
                )
                for name, (secret, key) in sorted((secret_settings or {}).items())
            ),
        ],
        "resources": {
            "requests": dict(runtime.compute.requests),
            "limits": dict(runtime.compute.limits),
        },
        "volume_mounts": mounts,
        # The last lines of the log say why a pod gave up, without a right to read logs.
        "termination_message_policy": "FallbackToLogsOnError",
        **(container or {}),
    }
    return {
        "service_account_name": workload,
        "image_pull_secrets": [{"name": runtime.pull_secret}],
        "containers": [base],
        "volumes": volumes,
    }
