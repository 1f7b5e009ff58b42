"""The pods of Kafka: a broker, and the Job that sets topics and access list."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pulumi
from pulumi_kubernetes.core.v1 import PodSpecArgsDict

from components.compute import Compute
from components.pod_volumes import NONROOT_GROUP, secret_volume
from components.reconciling_job import LAST_WORDS
from components.streaming.properties import Ports

ZONE_LABEL = "topology.kubernetes.io/zone"
NODE_LABEL = "kubernetes.io/hostname"
STOPPING_SECONDS = 120
"""A broker hands over what it leads before it ends."""


def broker(  # noqa: PLR0913 - what a broker is told, all by keyword
    image: pulumi.Input[str],
    *,
    cluster_id: str,
    config_map: str,
    pull_secret: str | None,
    tls_secret: str,
    labels: Mapping[str, str],
    zones: Sequence[str],
    ports: Ports,
    compute: Compute,
) -> PodSpecArgsDict:
    """One broker over one volume."""
    probe: Any = {"port": ports.clients}
    spec: Any = {
        **pulling(pull_secret),
        "security_context": {
            "fs_group": NONROOT_GROUP,
            # Without this, every restart walks over every segment to set its group again.
            "fs_group_change_policy": "OnRootMismatch",
        },
        "termination_grace_period_seconds": STOPPING_SECONDS,
        "topology_spread_constraints": [
            *(
                [_spread(ZONE_LABEL, labels, unsatisfiable="DoNotSchedule")]
                if len(zones) > 1
                else []
            ),
            _spread(NODE_LABEL, labels, unsatisfiable="ScheduleAnyway"),
        ],
        "containers": [
            {
                "name": "kafka",
                "image": image,
                "args": ["/opt/kafka/broker.sh"],
                "termination_message_policy": LAST_WORDS,
                "env": [{"name": "KAFKA_CLUSTER_ID", "value": cluster_id}],
                "ports": [
                    {"name": "clients", "container_port": ports.clients},
                    {"name": "brokers", "container_port": ports.brokers},
                    {"name": "controllers", "container_port": ports.controllers},
                ],
                # It listens once it has caught up with the vote and its own log.
                "startup_probe": {
                    "tcp_socket": probe,
                    "period_seconds": 5,
                    "failure_threshold": 60,
                },
                "readiness_probe": {"tcp_socket": probe, "period_seconds": 10},
                "liveness_probe": {
                    "tcp_socket": probe,
                    "period_seconds": 20,
                    "timeout_seconds": 5,
                    "failure_threshold": 6,
                },
                "resources": compute.resources(),
                "volume_mounts": [
                    {"name": "data", "mount_path": "/data"},
                    {"name": "configuration", "mount_path": "/etc/mizan/kafka", "read_only": True},
                    {"name": "tls", "mount_path": "/etc/mizan/tls", "read_only": True},
                    {"name": "identity", "mount_path": "/run/mizan"},
                    {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - the pod's own emptyDir
                ],
            }
        ],
        "volumes": [
            {"name": "configuration", "config_map": {"name": config_map}},
            secret_volume("tls", tls_secret),
            in_memory("identity"),
            scratch(),
        ],
    }
    return cast("PodSpecArgsDict", spec)


def setup(
    image: pulumi.Input[str], *, config_map: str, pull_secret: str | None, tls_secret: str
) -> PodSpecArgsDict:
    """The Job shows the certificate of who administers."""
    spec: Any = {
        **pulling(pull_secret),
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
                    {"name": "tls", "mount_path": "/etc/mizan/tls", "read_only": True},
                    {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - the pod's own emptyDir
                ],
            }
        ],
        "volumes": [
            {"name": "declaration", "config_map": {"name": config_map}},
            secret_volume("tls", tls_secret),
            scratch(),
        ],
    }
    return cast("PodSpecArgsDict", spec)


def pulling(secret: str | None) -> Any:
    """With what images are pulled."""
    return {} if secret is None else {"image_pull_secrets": [{"name": secret}]}


def in_memory(name: str) -> Any:
    """A folder that never touches a disk."""
    return {"name": name, "empty_dir": {"medium": "Memory", "size_limit": "1Mi"}}


def scratch() -> Any:
    """Somewhere to write on a read-only root."""
    return {"name": "tmp", "empty_dir": {"size_limit": "256Mi"}}


def _spread(key: str, labels: Mapping[str, str], *, unsatisfiable: str) -> Any:
    return {
        "max_skew": 1,
        "topology_key": key,
        "when_unsatisfiable": unsatisfiable,
        "label_selector": {"match_labels": dict(labels)},
    }
