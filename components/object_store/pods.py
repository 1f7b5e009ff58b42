"""The pods of the object store: the server, and the Job that sets it up."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_kubernetes.core.v1 import PodSpecArgsDict

from components.compute import Compute
from components.pod_volumes import NONROOT_GROUP, SECRET_MODE, secret_volume
from components.reconciling_job import LAST_WORDS


def server(  # noqa: PLR0913 - what the server is told, all by keyword
    image: pulumi.Input[str],
    *,
    port: int,
    region: str,
    pull_secret: str,
    tls_secret: str,
    root_secret: str,
    compute: Compute,
) -> PodSpecArgsDict:
    """One server over one volume; a second would not see the first one's locks."""
    probe: Any = {"path": "/health", "port": port, "scheme": "HTTPS"}
    return {
        "image_pull_secrets": [{"name": pull_secret}],
        "security_context": {
            "fs_group": NONROOT_GROUP,
            # Without this, every restart walks over every object to set its group again.
            "fs_group_change_policy": "OnRootMismatch",
        },
        "termination_grace_period_seconds": 30,
        "containers": [
            {
                "name": "store",
                "image": image,
                "termination_message_policy": LAST_WORDS,
                "env": [
                    {"name": "VGW_PORT", "value": f":{port}"},
                    {"name": "VGW_REGION", "value": region},
                    _from_secret("ROOT_ACCESS_KEY_ID", root_secret, "access_key"),
                    _from_secret("ROOT_SECRET_ACCESS_KEY", root_secret, "secret_key"),
                ],
                "ports": [{"name": "https", "container_port": port}],
                "startup_probe": {"http_get": probe, "period_seconds": 2, "failure_threshold": 60},
                "readiness_probe": {"http_get": probe, "period_seconds": 5},
                "liveness_probe": {
                    "http_get": probe,
                    "period_seconds": 10,
                    "timeout_seconds": 5,
                    "failure_threshold": 3,
                },
                "resources": compute.resources(),
                "volume_mounts": [
                    {"name": "data", "mount_path": "/data"},
                    {"name": "tls", "mount_path": "/etc/mizan/tls", "read_only": True},
                    {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - the pod's own emptyDir
                ],
            }
        ],
        "volumes": [secret_volume("tls", tls_secret), _scratch()],
    }


def setup(
    image: pulumi.Input[str],
    *,
    config_map: str,
    pull_secret: str,
    root_secret: str,
    credential_secrets: Mapping[str, str],
) -> PodSpecArgsDict:
    """The Job holds every account's credential, to make the account and then to try it."""
    users = sorted(credential_secrets.items())
    return {
        "image_pull_secrets": [{"name": pull_secret}],
        "security_context": {"fs_group": NONROOT_GROUP},
        "containers": [
            {
                "name": "setup",
                "image": image,
                "args": ["/etc/mizan/declaration/declaration.json"],
                "termination_message_policy": LAST_WORDS,
                "resources": {
                    "requests": {"cpu": "50m", "memory": "128Mi"},
                    "limits": {"cpu": "500m", "memory": "192Mi"},
                },
                "volume_mounts": [
                    {"name": "declaration", "mount_path": "/etc/mizan/declaration"},
                    {"name": "root", "mount_path": "/etc/mizan/store", "read_only": True},
                    {"name": "users", "mount_path": "/etc/mizan/users", "read_only": True},
                    {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - the pod's own emptyDir
                ],
            }
        ],
        "volumes": [
            {"name": "declaration", "config_map": {"name": config_map}},
            secret_volume("root", root_secret),
            {
                "name": "users",
                "projected": {
                    "default_mode": SECRET_MODE,
                    "sources": [
                        {
                            "secret": {
                                "name": secret,
                                "items": [
                                    {"key": key, "path": f"{user}/{key}"}
                                    for key in ("access_key", "secret_key")
                                ],
                            }
                        }
                        for user, secret in users
                    ],
                },
            },
            _scratch(),
        ],
    }


def _from_secret(variable: str, secret: str, key: str) -> Any:
    """An environment variable whose value only the pod sees."""
    return {"name": variable, "value_from": {"secret_key_ref": {"name": secret, "key": key}}}


def _scratch() -> Any:
    """Somewhere to write on a read-only root."""
    return {"name": "tmp", "empty_dir": {"size_limit": "64Mi"}}
