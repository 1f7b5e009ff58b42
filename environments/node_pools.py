"""The machines of an environment, in pools that serve one purpose each."""

from collections.abc import Iterator
from enum import StrEnum

from pydantic import Field

from environments.fault import Fault, listing, quote
from environments.quantity import Nodes, Slug
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


class NodePool(Section):
    """A group of like machines that grows and shrinks together."""

    name: Slug = Field(title="Name", description="Name of the pool, unique in the environment.")
    purpose: Purpose = Field(title="Purpose", description="The only kind of work it takes.")
    family: Slug = Field(
        title="Instance family",
        description="Machine family: the provider's in a cloud, the operator's own elsewhere.",
    )
    min_nodes: Nodes = Field(title="Fewest nodes", description="Nodes kept when nothing runs.")
    max_nodes: Nodes = Field(title="Most nodes", description="Nodes that it may grow to.")
    zones: Zones
    site: Slug = Field(title="Site", description="Name of the site whose zones it uses.")

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
