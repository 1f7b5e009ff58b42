"""One size of machine, and a pool of like machines that serves one purpose."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from components.gpu_sharing import GpuSharing

Architecture = Literal["x86_64", "arm64"]
Purpose = Literal["gpu-training", "cpu-training", "cpu-inference", "data"]

POOL_LABEL = "mizan.ae/pool"
PURPOSE_LABEL = "mizan.ae/purpose"
ACCELERATOR_LABEL = "mizan.ae/accelerator"
FABRIC_LABEL = "mizan.ae/fabric"
GPU_RESOURCE = "nvidia.com/gpu"
FABRIC_RESOURCE = "vpc.amazonaws.com/efa"
KUBERNETES_ARCHITECTURES: Mapping[Architecture, str] = {"x86_64": "amd64", "arm64": "arm64"}
# Jobs of other purposes would keep these nodes from ever becoming empty, and so from going away.
TAINTED: tuple[Purpose, ...] = ("gpu-training", "cpu-training")
BURSTABLE = re.compile(r"t\d")


@dataclass(frozen=True, kw_only=True)
class Machine:
    """One size of a family, as the provider states it."""

    instance_type: str
    """Family and size (`m7i.2xlarge`)."""
    vcpus: int
    """Number of virtual CPUs."""
    memory_gib: int
    """Memory, in GiB."""
    architecture: Architecture
    """What its programs are compiled for."""
    accelerator: str | None = None
    """Model of its accelerators (`NVIDIA L4`); None without."""
    accelerators: int = 0
    """How many it has."""
    fabric_interfaces: int = 0
    """EFA interfaces that it takes for training together; 0 where it has none."""

    @property
    def family(self) -> str:
        """The part of the type before the dot."""
        return self.instance_type.partition(".")[0]


@dataclass(frozen=True, kw_only=True)
class Taint:
    """Keeps pods away that do not tolerate it."""

    key: str
    value: str

    def effect(self, spelling: Literal["kubernetes", "eks"]) -> dict[str, str]:
        """The taint as the Kubernetes API or as EKS spells it."""
        name = "NoSchedule" if spelling == "kubernetes" else "NO_SCHEDULE"
        return {"key": self.key, "value": self.value, "effect": name}


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Like machines that serve one purpose: how many, where, and what marks them."""

    name: str
    """Name, unique in the cluster."""
    purpose: Purpose
    """The only kind of work it takes."""
    machines: Sequence[Machine]
    """Sizes of one family, the size of fixed nodes first; elastic nodes may be any of them."""
    zones: Sequence[str]
    """Zones that have the family, by name."""
    min_nodes: int
    """Nodes that are always there."""
    max_nodes: int
    """Nodes that it may grow to."""
    volume_gib: int = 100
    """Disk of each node for images and pods, in GiB."""
    spot: bool = False
    """Whether elastic nodes may be spare capacity that is taken back at two minutes' notice."""
    sharing: GpuSharing = field(default_factory=GpuSharing)
    """How pods share an accelerator."""

    def __post_init__(self) -> None:
        """Refuse a pool that cannot exist.

        Raises:
            ValueError: with what was given and what is allowed.
        """
        if not self.machines or not self.zones:
            raise ValueError(f"pool {self.name}: it needs at least one machine size and one zone")
        kinds = {(one.family, one.architecture, one.accelerator) for one in self.machines}
        if len(kinds) > 1:
            given = ", ".join(one.instance_type for one in self.machines)
            raise ValueError(f"pool {self.name}: {given} are not sizes of one family")
        if BURSTABLE.match(self.machine.family):
            raise ValueError(
                f"pool {self.name}: {self.machine.family} earns its CPU in credits and is not "
                "offered in the region: choose a family with steady CPU, such as m7i or m7g"
            )
        if not 0 <= self.min_nodes <= self.max_nodes or self.max_nodes < 1:
            raise ValueError(
                f"pool {self.name}: min_nodes {self.min_nodes}, max_nodes {self.max_nodes}; "
                "allowed is 0 <= min_nodes <= max_nodes, and max_nodes from 1"
            )
        if (self.purpose == "gpu-training") is not bool(self.machine.accelerator):
            raise ValueError(
                f"pool {self.name}: {self.machine.family} holds "
                f"{self.machine.accelerator or 'no accelerator'}, which does not suit "
                f"{self.purpose}"
            )
        if self.fabric and len(self.zones) > 1:
            raise ValueError(
                f"pool {self.name}: {self.machine.family} trains over a network that stays in a "
                f"zone, and {', '.join(self.zones)} were given: name one zone for each pool"
            )
        self.sharing.check(self.name, self.machine.accelerator)

    @property
    def machine(self) -> Machine:
        """The size of its fixed nodes."""
        return self.machines[0]

    @property
    def fabric(self) -> bool:
        """Whether its nodes train together over EFA."""
        return self.machine.fabric_interfaces > 0

    def labels(self) -> dict[str, str]:
        """Labels of every node of the pool, fixed or elastic."""
        labels = {POOL_LABEL: self.name, PURPOSE_LABEL: self.purpose}
        if self.machine.accelerator:
            labels[ACCELERATOR_LABEL] = re.sub(r"\W+", "-", self.machine.accelerator).lower()
        if self.fabric:
            labels[FABRIC_LABEL] = "efa"
        return labels

    def taints(self) -> list[Taint]:
        """Taints of every node of the pool, fixed or elastic."""
        taints = [Taint(key=GPU_RESOURCE, value="present")] if self.machine.accelerator else []
        if self.purpose in TAINTED:
            taints.append(Taint(key=PURPOSE_LABEL, value=self.purpose))
        return taints

    def devices(self, machine: Machine) -> dict[str, int]:
        """What a node of this size hands out to pods besides CPU and memory."""
        found = {
            GPU_RESOURCE: machine.accelerators * self.sharing.parts,
            FABRIC_RESOURCE: machine.fabric_interfaces,
        }
        return {name: count for name, count in found.items() if count}

    def fixed_nodes(self) -> dict[str, int]:
        """How many of the fixed nodes stand in each zone; zones without one are left out."""
        each, more = divmod(self.min_nodes, len(self.zones))
        spread = {zone: each + (place < more) for place, zone in enumerate(self.zones)}
        return {zone: count for zone, count in spread.items() if count}

    @property
    def growth(self) -> int:
        """How many nodes may come on top of the fixed ones."""
        return self.max_nodes - self.min_nodes

    def limits(self) -> dict[str, str]:
        """What the elastic nodes may come to together, in Kubernetes quantities."""
        largest = max(self.machines, key=lambda one: (one.vcpus, one.memory_gib))
        limits = {
            "cpu": str(self.growth * largest.vcpus),
            "memory": f"{self.growth * largest.memory_gib}Gi",
        }
        if largest.accelerators:
            # Before a node is there, its accelerators are counted as whole ones.
            limits[GPU_RESOURCE] = str(self.growth * largest.accelerators)
        return limits


def refuse_missing_architecture(pool: Pool, images: Mapping[str, Collection[str]]) -> None:
    """Refuse a pool on which an image would not run.

    Args:
        pool: The pool.
        images: Every image that its pods run, with the architectures it is built for.

    Raises:
        ValueError: naming each image that lacks the pool's architecture.
    """
    needed = pool.machine.architecture
    lacking = {name: built for name, built in images.items() if needed not in built}
    if lacking:
        told = "; ".join(
            f"{name} is built for {', '.join(sorted(built)) or 'nothing'}"
            for name, built in sorted(lacking.items())
        )
        raise ValueError(
            f"pool {pool.name}: {pool.machine.family} needs images for {needed}, and {told}: "
            "build the image for it too, or choose a family of another architecture"
        )
