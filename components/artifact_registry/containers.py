"""The two containers of the registry's pod, and each one's share of the Secrets."""

from collections.abc import Mapping

import pulumi
from pulumi_kubernetes.core.v1 import ContainerArgsDict, ProbeArgsDict, VolumeArgsDict

from components.compute import Compute
from components.pod_volumes import SECRET_MODE
from components.reconciling_job import LAST_WORDS

CONFIG_FOLDER = "/etc/mizan/registry"
TLS_FOLDER = "/etc/mizan/tls"
TOKEN_FOLDER = "/etc/mizan/token"  # noqa: S105 - a path, not a secret


def registry(image: pulumi.Input[str], port: int, compute: Compute) -> ContainerArgsDict:
    """The registry itself, which sees the public half of the token key only."""
    return {
        "name": "registry",
        "image": image,
        "args": [f"{CONFIG_FOLDER}/config.yml"],
        "termination_message_policy": LAST_WORDS,
        "env": [
            # Without these it looks for a trace collector on its own loopback for ever.
            {"name": "OTEL_TRACES_EXPORTER", "value": "none"},
            {"name": "OTEL_METRICS_EXPORTER", "value": "none"},
        ],
        "ports": [{"name": "https", "container_port": port}],
        "startup_probe": _probe("/", port, period_seconds=2, failures=60),
        "readiness_probe": _probe("/", port, period_seconds=5),
        "liveness_probe": _probe("/", port, period_seconds=10),
        "resources": compute.resources(),
        "volume_mounts": [
            {"name": "data", "mount_path": "/data"},
            {"name": "config", "mount_path": CONFIG_FOLDER, "read_only": True},
            {"name": "tls", "mount_path": TLS_FOLDER, "read_only": True},
            {"name": "token-public", "mount_path": TOKEN_FOLDER, "read_only": True},
            {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - the pod's own emptyDir
        ],
    }


def token_service(image: pulumi.Input[str], port: int) -> ContainerArgsDict:
    """The token service, which says who may pull and who may push."""
    return {
        "name": "token-service",
        "image": image,
        "args": ["--port", str(port), "--rights", f"{CONFIG_FOLDER}/rights.json"],
        "termination_message_policy": LAST_WORDS,
        "ports": [{"name": "token", "container_port": port}],
        "startup_probe": _probe("/health", port, period_seconds=2, failures=60),
        "readiness_probe": _probe("/health", port, period_seconds=5),
        "liveness_probe": _probe("/health", port, period_seconds=10),
        "resources": {
            "requests": {"cpu": "50m", "memory": "128Mi"},
            "limits": {"cpu": "500m", "memory": "128Mi"},
        },
        "volume_mounts": [
            {"name": "config", "mount_path": CONFIG_FOLDER, "read_only": True},
            {"name": "tls", "mount_path": TLS_FOLDER, "read_only": True},
            {"name": "token-private", "mount_path": TOKEN_FOLDER, "read_only": True},
            {"name": "accounts", "mount_path": "/etc/mizan/accounts", "read_only": True},
            {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - the pod's own emptyDir
        ],
    }


def _probe(path: str, port: int, *, period_seconds: int, failures: int = 3) -> ProbeArgsDict:
    """Asks the server itself, over TLS."""
    return {
        "http_get": {"path": path, "port": port, "scheme": "HTTPS"},
        "period_seconds": period_seconds,
        "timeout_seconds": 5,
        "failure_threshold": failures,
    }


def volumes(
    *, config_map: str, tls_secret: str, token_key_secret: str, account_secrets: Mapping[str, str]
) -> list[VolumeArgsDict]:
    """Each server's share of the Secrets, one key by one key."""
    return [
        {"name": "config", "config_map": {"name": config_map}},
        {"name": "tls", "secret": {"secret_name": tls_secret, "default_mode": SECRET_MODE}},
        _keys_of(token_key_secret, "token-public", "jwks.json"),
        _keys_of(token_key_secret, "token-private", "token.key"),
        {
            "name": "accounts",
            "projected": {
                "default_mode": SECRET_MODE,
                "sources": [
                    {
                        "secret": {
                            "name": secret,
                            "items": [
                                {"key": key, "path": f"{user}/{key}"}
                                for key in ("user", "rights", "password_hash")
                            ],
                        }
                    }
                    for user, secret in sorted(account_secrets.items())
                ],
            },
        },
        {"name": "tmp", "empty_dir": {"size_limit": "64Mi"}},
    ]


def _keys_of(secret: str, name: str, *keys: str) -> VolumeArgsDict:
    """A volume with some keys of a Secret and no others."""
    return {
        "name": name,
        "secret": {
            "secret_name": secret,
            "default_mode": SECRET_MODE,
            "items": [{"key": key, "path": key} for key in keys],
        },
    }
