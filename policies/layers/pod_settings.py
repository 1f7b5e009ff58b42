"""What each pod is told: which hosts it may speak to, and that its libraries ask nobody abroad."""

from typing import Final

from policies.boundary import Boundary

HOSTS: Final = "MIZAN_ALLOWED_HOSTS"
"""Read by `app/hosts.py` of each workload; names with commas between."""

IN_CLUSTER: Final = ("*.svc.cluster.local", "kubernetes.default.svc")
OF_AWS: Final = ("amazonaws.com", "vpce.amazonaws.com", "api.aws")

SILENT: Final = {
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "RAY_USAGE_STATS_ENABLED": "0",
    "VLLM_NO_USAGE_STATS": "1",
    "WANDB_MODE": "offline",
}
"""Libraries that fetch models or report usage from and to servers abroad, each told not to."""


def settings(boundary: Boundary) -> dict[str, str]:
    """The variables of every container, by their names."""
    hosts = [
        *IN_CLUSTER,
        *(f"*.{region}.{domain}" for region in sorted(boundary.region_names) for domain in OF_AWS),
        *sorted(boundary.endpoint_hosts),
    ]
    return {HOSTS: ",".join(hosts), **SILENT}
