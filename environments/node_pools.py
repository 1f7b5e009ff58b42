"""The machines of an environment, in pools that serve one purpose each."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, Literal

from pydantic import Field

from environments.fault import Fault, listing, quote
from environments.instance import InstanceSize, sizes
from environments.quantity import Gibibytes, Nodes, SizeName, Slug
from environments.section import Section, repeated
from environments.sites import CloudRegion, OnPremises, Zones


class Purpose(StrEnum):
    """What a pool is for; a pool serves nothing else."""

    GPU_TRAINING = "gpu-training"
    """Training on accelerators."""
    CPU_TRAINING = "cpu-training"
    """Training without an accelerator."""
    CPU_INFERENCE = "cpu-inference"
    """Answering predictions."""
    DATA = "data"
    """Landing, batch and stores."""


_CAN_START_AGAIN: Final = (Purpose.GPU_TRAINING, Purpose.CPU_TRAINING)


class NodePool(Section):
    """A group of like machines that grows and shrinks together."""

    name: Slug = Field(title="Name", description="Name of the pool, unique in the environment.")
    purpose: Purpose = Field(title="Purpose", description="The only kind of work it takes.")
    family: Slug = Field(
        title="Instance family",
        description="Machine family: the provider's in a cloud, the operator's own elsewhere.",
    )
    size: SizeName | None = Field(
        default=None,
        title="Instance size",
        description="Size of the machines within the family; needed in a cloud region.",
    )
    min_nodes: Nodes = Field(title="Fewest nodes", description="Nodes kept when nothing runs.")
    max_nodes: Nodes = Field(title="Most nodes", description="Nodes that it may grow to.")
    zones: Zones
    site: Slug = Field(title="Site", description="Name of the site whose zones it uses.")
    volume_size_gib: Gibibytes = Field(
        default=100,
        title="Volume size",
        description="Encrypted system volume of each node in a cloud region.",
    )
    spot: bool = Field(
        default=False,
        title="Spot",
        description="Whether nodes may be spare capacity, which is cheaper and which the provider "
        "can take back at any time; only for training, which can start again.",
    )
    gpu_slices: int = Field(
        default=1,
        ge=1,
        le=48,
        title="GPU slices",
        description="Pods that take turns on one GPU.",
        json_schema_extra={"unit": "pods per GPU"},
    )
    gpu_sharing: Literal["time-slicing", "partitions"] = Field(
        default="time-slicing",
        title="GPU sharing",
        description="What keeps the pods of one GPU apart: turns in time, for pods of one owner, "
        "or partitions of the hardware (MIG), which only the largest GPUs have.",
    )

    @property
    def instance_type(self) -> str:
        """The machine as the provider calls it: `m7i.xlarge`."""
        return self.family if self.size is None else f"{self.family}.{self.size}"

    @property
    def instance(self) -> InstanceSize | None:
        """What one machine has; None where that is not known."""
        return None if self.size is None else sizes(self.family).get(self.size)

    def faults(self) -> Iterator[Fault]:
        """At least one node at most, and no more at least than at most."""
        yield from repeated(self.zones, "the zone", "zones")
        if self.max_nodes == 0 or self.min_nodes > self.max_nodes:
            yield Fault(
                path=("max_nodes",),
                reason="the pool must be able to grow to at least min_nodes, and to 1",
                given=f"min_nodes {self.min_nodes}, max_nodes {self.max_nodes}",
                allowed=f"max_nodes from {max(self.min_nodes, 1)}",
            )
        if self.spot and self.purpose not in _CAN_START_AGAIN:
            yield Fault(
                path=("spot",),
                reason=f"a pool for {self.purpose} cannot lose a node at any time",
                given="true",
                allowed=f"false, or a pool for {listing(_CAN_START_AGAIN)}",
            )
        if self.gpu_slices > 1 and not self._accelerated:
            yield Fault(
                path=("gpu_slices",),
                reason=f"a pool for {self.purpose} has no GPU to share",
                given=str(self.gpu_slices),
                allowed="1",
            )

    def faults_at(self, site: CloudRegion | OnPremises) -> Iterator[Fault]:
        """Zones that the site has, and a family that those zones offer for the purpose."""
        unknown = [zone for zone in self.zones if zone not in site.zones]
        for zone in unknown:
            yield Fault(
                path=("zones", self.zones.index(zone)),
                reason=f"site {site.name} has no such zone",
                given=quote(zone),
                allowed=listing(site.zones),
            )
        if isinstance(site, OnPremises):
            yield from self._faults_on_premises(site)
        elif not unknown:
            yield from self._faults_in_cloud(site)

    @property
    def _accelerated(self) -> bool:
        return self.purpose is Purpose.GPU_TRAINING

    def _faults_on_premises(self, site: OnPremises) -> Iterator[Fault]:
        if self._accelerated and self.family not in site.gpu_families:
            yield Fault(
                path=("family",),
                reason=f"a pool for {self.purpose} needs a family of site {site.name} with a GPU",
                given=quote(self.family),
                allowed=listing(site.gpu_families),
            )

    def _faults_in_cloud(self, site: CloudRegion) -> Iterator[Fault]:
        region = site.facts
        usable = listing(region.offered(accelerated=self._accelerated))
        family = region.families.get(self.family)
        reason = ""
        if family is None:
            known = region.absent.get(self.family)
            reason = f"region {site.region} does not offer this family"
            reason += f" ({known})" if known else ""
        elif not family.encrypts:
            reason = "traffic between nodes of this family is not encrypted"
        elif bool(family.accelerator) is not self._accelerated:
            has = f"holds {family.accelerator}" if family.accelerator else "holds no GPU"
            reason = f"the family {has}, which does not suit a pool for {self.purpose}"
        if reason or family is None:
            yield Fault(path=("family",), reason=reason, given=quote(self.family), allowed=usable)
            return
        if self.instance is None:
            yield Fault(
                path=("size",),
                reason=f"region {site.region} has no machine of this size in family {self.family}",
                given=quote(self.size),
                allowed=listing(sizes(self.family)),
            )
        having = [zone for zone in site.zones if site.zone_id(zone) in family.zones]
        for position, zone in enumerate(self.zones):
            if zone not in having:
                here = region.offered(accelerated=self._accelerated, zone_id=site.zone_id(zone))
                yield Fault(
                    path=("zones", position),
                    reason=f"zone {zone} does not offer {self.family}",
                    given=quote(zone),
                    allowed=f"{listing(having)} for {self.family}; {listing(here)} in {zone}",
                )
        if family.single_zone and len(self.zones) > 1:
            yield Fault(
                path=("zones",),
                reason=f"nodes of {self.family} train together over a network that stays in a zone",
                given=listing(self.zones),
                allowed="one zone for each pool",
            )
