"""What the pods of all workloads have in common: identity, credentials, resources, settings.

No security context here: `stacks/hardening.py` fills in the restricted one for every pod.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_kubernetes.core.v1 import (
    EnvVarArgsDict,
    LocalObjectReferenceArgsDict,
    PodSpecArgsDict,
    ServiceAccount,
    VolumeArgsDict,
    VolumeMountArgsDict,
)

NAME_LABEL = "app.kubernetes.io/name"
GPU = "nvidia.com/gpu"
"""Name under which nodes offer their GPUs, and taint that keeps other pods away from them."""
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
    credential_secret: str | None
    """Secret in the workload's namespace (`access_key`, `secret_key`, `ca.crt`); none where the
    pods have an identity of their own, and the store a certificate that every system trusts."""

    def settings(self) -> dict[str, pulumi.Input[str]]:
        """The store as environment variables."""
        return {"STORE_ENDPOINT": self.endpoint, "STORE_REGION": self.region}

    def secrets(self) -> dict[str, str]:
        """The credential as a mounted Secret, where there is one."""
        return {} if self.credential_secret is None else {"store": self.credential_secret}


@dataclass(frozen=True, kw_only=True)
class Placement:
    """On which machines a pod runs; on any, if nothing is said."""

    node_labels: Mapping[str, str] = field(default_factory=dict)
    """Labels that the node carries."""
    tolerated: Mapping[str, str] = field(default_factory=dict)
    """Taints (key to value) that keep other pods away from the node, and not this one."""
    gpus: int = 0
    """GPUs that the pod holds."""

    def said(self, spec: PodSpecArgsDict) -> None:
        """Say it in a pod's specification; nothing where nothing is asked."""
        if self.node_labels:
            spec["node_selector"] = dict(self.node_labels)
        if self.tolerated:
            spec["tolerations"] = [
                {"key": key, "operator": "Equal", "value": value, "effect": "NoSchedule"}
                for key, value in self.tolerated.items()
            ]

    def limits(self) -> dict[str, str]:
        """What the container is limited to besides CPU and memory."""
        return {GPU: str(self.gpus)} if self.gpus else {}


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """Where and out of what a workload runs."""

    namespace: str
    """Namespace of the workload."""
    image: pulumi.Input[str]
    """Image, by digest."""
    pull_secret: str | None
    """Secret in the namespace with which the image is pulled; None where the node may pull."""
    compute: Compute
    """CPU and memory of one pod."""
    placement: Placement = Placement()
    """On which machines it runs."""

    @property
    def pull_secrets(self) -> list[LocalObjectReferenceArgsDict]:
        """The Secret as pods and accounts name it."""
        return [{"name": self.pull_secret}] if self.pull_secret else []


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
        image_pull_secrets=runtime.pull_secrets,
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
    configs: Mapping[str, str] | None = None,
    secret_settings: Mapping[str, tuple[str, str]] | None = None,
    field_settings: Mapping[str, str] | None = None,
    container: Mapping[str, Any] | None = None,
) -> PodSpecArgsDict:
    """A pod of one container with its settings, and its Secrets as files.

    Args:
        workload: Name of the workload, its container and its service account.
        runtime: Where and out of what it runs.
        settings: Environment variables.
        secrets: Folder below `/etc/mizan` to the Secret that is mounted there.
        configs: Folder below `/etc/mizan` to the ConfigMap that is mounted there.
        secret_settings: Environment variable to the Secret, and its key, that holds the value.
        field_settings: Environment variable to the field of the pod that holds the value.
        container: What the container has besides, such as ports and probes.
    """
    mounts: list[VolumeMountArgsDict] = [
        {"name": folder, "mount_path": f"{MOUNT_ROOT}/{folder}", "read_only": True}
        for folder in (*secrets, *(configs or {}))
    ]
    volumes: list[VolumeArgsDict] = [
        {"name": folder, "secret": {"secret_name": secret, "default_mode": SECRET_MODE}}
        for folder, secret in secrets.items()
    ]
    volumes += [
        {"name": folder, "config_map": {"name": config}}
        for folder, config in (configs or {}).items()
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
            *(
                EnvVarArgsDict(name=name, value_from={"field_ref": {"field_path": path}})
                for name, path in sorted((field_settings or {}).items())
            ),
        ],
        "resources": {
            "requests": dict(runtime.compute.requests),
            "limits": {**runtime.compute.limits, **runtime.placement.limits()},
        },
        "volume_mounts": mounts,
        # The last lines of the log say why a pod gave up, without a right to read logs.
        "termination_message_policy": "FallbackToLogsOnError",
        **(container or {}),
    }
    said: PodSpecArgsDict = {
        "service_account_name": workload,
        "image_pull_secrets": runtime.pull_secrets,
        "containers": [base],
        "volumes": volumes,
    }
    runtime.placement.said(said)
    return said
