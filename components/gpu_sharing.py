"""How pods share the accelerators of a node: whole devices, turns in time, or fixed partitions.

Nodes run Bottlerocket, whose own service is the NVIDIA device plugin. So sharing is a setting of
the node, and no privileged pod is needed to hand out devices.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

PARTITIONABLE: Mapping[str, str] = {
    "NVIDIA A30": "a30.24gb",
    "NVIDIA A100": "a100.40gb",
    "NVIDIA H100": "h100.80gb",
    "NVIDIA H200": "h200.141gb",
}
"""Accelerators that have partitions (MIG), as facts and as Bottlerocket name them.
https://github.com/bottlerocket-os/bottlerocket-core-kit/tree/develop/sources/nvidia-migmanager"""

PARTITIONS = (2, 3, 7)
"""Into how many parts one such accelerator can be cut."""


@dataclass(frozen=True, kw_only=True)
class GpuSharing:
    """How many pods an accelerator serves at once, and what keeps them apart."""

    strategy: Literal["whole", "time-slicing", "partitions"] = "whole"
    """`whole`: one pod each. `time-slicing`: pods take turns and share all memory, so it is for
    pods of one owner only. `partitions`: memory and faults are kept apart by the hardware."""
    parts: int = 1
    """Pods that each accelerator serves: 1 when whole, the number of turns or of partitions."""

    def check(self, owner: str, accelerator: str | None) -> None:
        """Refuse what the accelerator cannot do.

        Args:
            owner: Name of the pool, for messages.
            accelerator: Model of the accelerator (`NVIDIA L4`); None where the pool has none.

        Raises:
            ValueError: if the accelerator cannot be shared like this.
        """
        given = f"pool {owner}: {self.strategy} with {self.parts} part(s)"
        if self.strategy == "whole":
            if self.parts != 1:
                raise ValueError(
                    f"{given}: a whole accelerator serves one pod: set `parts` to 1, or the "
                    "strategy to time-slicing or partitions"
                )
            return
        if accelerator is None:
            raise ValueError(f"{given}: its family has no accelerator to share: remove the setting")
        if self.parts < min(PARTITIONS):
            raise ValueError(f"{given}: sharing starts at 2 parts")
        if self.strategy == "partitions":
            if accelerator not in PARTITIONABLE:
                raise ValueError(
                    f"{given}: {accelerator} has no partitions; {', '.join(PARTITIONABLE)} have: "
                    "use time-slicing"
                )
            if self.parts not in PARTITIONS:
                raise ValueError(
                    f"{given}: {accelerator} is cut into {', '.join(map(str, PARTITIONS))} parts"
                )

    def settings(self, accelerator: str | None) -> str:
        """The node's settings as Bottlerocket's user data says them; empty without accelerator."""
        if accelerator is None:
            return ""
        plugin = "settings.kubelet-device-plugins.nvidia"
        # The list of devices comes from the plugin alone: a pod cannot name devices by itself.
        lines = [f"[{plugin}]", 'device-list-strategy = "volume-mounts"']
        if self.strategy == "time-slicing":
            lines += [
                'device-sharing-strategy = "time-slicing"',
                f"[{plugin}.time-slicing]",
                f"replicas = {self.parts}",
                # The name stays `nvidia.com/gpu`: whoever scales nodes knows no other.
                "rename-by-default = false",
                # Two turns on one accelerator are no more than one, so nobody may ask for two.
                "fail-requests-greater-than-one = true",
            ]
        elif self.strategy == "partitions":
            lines += [
                'device-partitioning-strategy = "mig"',
                f"[{plugin}.mig.profile]",
                f'"{PARTITIONABLE[accelerator]}" = "{self.parts}"',
            ]
        return "\n".join(lines) + "\n"
