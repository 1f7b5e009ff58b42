"""The estate as it stands: what the stack says, what AWS says, what Kubernetes says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from environments import Environment
from sandbox.rehearsal.cloud import Cloud

Resource = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Live:
    """What verification asks.

    Attributes:
        environment: What was asked for.
        cloud: AWS.
        api: Client of the Kubernetes API server.
        resources: The stack's resources, as its state has them.
    """

    environment: Environment
    cloud: Cloud
    api: Any
    resources: Sequence[Resource]

    @property
    def in_cloud(self) -> list[Resource]:
        """The resources that AWS holds."""
        return [
            one for one in self.resources if one.get("custom") and one["type"].startswith("aws:")
        ]

    def of(self, *types: str) -> list[Resource]:
        """The resources of some types."""
        return [one for one in self.resources if one["type"] in types]


@dataclass(frozen=True)
class Found:
    """What a subject's verification found.

    Attributes:
        checked: How many things were looked at.
        faults: What is wrong, each with its name.
    """

    checked: int
    faults: list[str]
