"""How much CPU and memory a capability's own pods get, where it runs in pods at all."""

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi_kubernetes.core.v1 import ResourceRequirementsArgsDict


@dataclass(frozen=True, kw_only=True)
class Compute:
    """CPU and memory of one container, in Kubernetes quantities."""

    requests: Mapping[str, str]
    """What is kept free for it."""
    limits: Mapping[str, str]
    """What it never exceeds."""

    def resources(self) -> ResourceRequirementsArgsDict:
        """The same as a container says it."""
        return {"requests": dict(self.requests), "limits": dict(self.limits)}
