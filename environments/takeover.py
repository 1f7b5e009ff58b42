"""What a second site needs to take over from the first."""

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import Field

from environments.fault import Fault, quote
from environments.processing import Streaming
from environments.quantity import Minutes
from environments.registry import Registry
from environments.section import Section
from environments.workloads import Workloads

if TYPE_CHECKING:  # a site holds this section, so it cannot be imported here when it runs
    from environments.sites import OnPremises


class Releases(StrEnum):
    """Which models a second site serves."""

    COPIED = "copied"
    """Copies of the releases that the primary site signed; nothing is trained at the site."""
    OWN = "own"
    """Releases that the site trains and signs by itself, from data that it landed itself."""


class Takeover(Section):
    """What differs on a cluster that works when the primary site is gone."""

    registry: Registry = Field(
        title="Registry", description="The site's own registry, which holds the same images."
    )
    workloads: Workloads = Field(
        default=Workloads(),
        title="Workloads",
        description="What runs there, in the size that the site's machines have.",
    )
    releases: Releases = Field(
        default=Releases.COPIED,
        title="Releases",
        description="Which models the site serves: copies of those that the primary site signed, "
        "or its own, for which it lands data, trains and signs by itself.",
    )
    copy_minutes: Minutes = Field(
        default=15,
        le=60,
        title="Copying",
        description="How often what the primary site wrote is copied: about what its loss costs.",
    )

    streaming: Streaming | None = Field(
        default=None,
        title="Streaming",
        description="The site's own Kafka, to which the environment's topics are mirrored; none if "
        "left out, or if the environment has none.",
    )

    def streaming_faults(self, site: "OnPremises", primary: Streaming | None) -> Iterator[Fault]:
        """Brokers that the site can run, for the topics of the environment."""
        if self.streaming is None:
            return
        if primary is not None and primary.machine is None:
            yield Fault(
                path=("streaming",),
                reason="brokers in pods of the primary site cannot be reached from another site",
                given="brokers that mirror them",
                allowed="nothing, or a `family` under `streaming` of the environment",
            )
        if self.streaming.topics:
            yield Fault(
                path=("streaming", "topics"),
                reason=f"site {site.name} has the topics of the environment",
                given=", ".join(self.streaming.topics),
                allowed="nothing here; `streaming.topics` of the environment",
            )
        yield from (fault.under("streaming") for fault in self.streaming.faults_at(site))

    def faults_for(self, site: "OnPremises", primary: Workloads) -> Iterator[Fault]:
        """A registry of the site's own, and the same answers as at the primary site."""
        yield from (fault.under("registry") for fault in self.registry.faults_at(site))
        here, there = self.workloads.serving, primary.serving
        for field in ("model", "variants"):
            if getattr(here, field) != getattr(there, field):
                yield Fault(
                    path=("workloads", "serving", field),
                    reason=f"site {site.name} would give other answers than the primary site",
                    given=quote(getattr(here, field)),
                    allowed=quote(getattr(there, field)),
                )
        if self.workloads.training.pool:
            yield Fault(
                path=("workloads", "training", "pool"),
                reason=f"site {site.name} is on-premises, where pods run on any node",
                given=quote(self.workloads.training.pool),
                allowed="leave it out",
            )
        if self.workloads.training.gpus:
            yield Fault(
                path=("workloads", "training", "gpus"),
                reason=f"site {site.name} is on-premises, where training runs on CPUs",
                given=str(self.workloads.training.gpus),
                allowed="0",
            )
