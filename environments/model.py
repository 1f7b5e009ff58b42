"""An environment as a whole, and the laws between its sections."""

from collections.abc import Iterator
from typing import Self

from pydantic import Field

from environments.cloud import Backup, Cluster, Detection, Edge
from environments.fault import Fault
from environments.governance import (
    DataClass,
    Perimeter,
    Residency,
    Retention,
    Sector,
    Transfer,
)
from environments.laws import LAWS
from environments.network import Network
from environments.node_pools import NodePool
from environments.obligation import Obligation, obligations_of, residency_of
from environments.processing import Batch, Streaming
from environments.quantity import EmailAddress, Slug, TagValue, UsDollars
from environments.registry import Registry
from environments.section import FrozenMap, Section
from environments.sites import CloudRegion, OnPremises, Sites
from environments.storage import Certificates, Keys, ObjectStore
from environments.workloads import Workloads


class Environment(Section):
    """Everything that makes one environment differ from another."""

    name: Slug = Field(
        title="Name", description="Name of the environment: of its folder and its Pulumi stack."
    )
    owner: TagValue = Field(title="Owner", description="Team that answers for the environment.")
    cost_centre: TagValue = Field(
        title="Cost centre", description="Account that pays for the environment."
    )
    contact: EmailAddress = Field(title="Contact", description="Where to reach the owner.")
    dpo_contact: EmailAddress | None = Field(
        default=None,
        title="Data protection officer",
        description="Where to reach the officer; needed where personal data are held.",
    )
    dpia_id: TagValue | None = Field(
        default=None,
        title="Impact assessment",
        description="Number of the data protection impact assessment; needed where personal data "
        "are held.",
    )
    perimeter: Perimeter = Field(
        title="Legal perimeter", description="Legal system that the owner belongs to."
    )
    sector: Sector = Field(title="Sector", description="Whose supervisor's rules apply.")
    data_classes: tuple[DataClass, ...] = Field(
        min_length=1, title="Data classes", description="Every class of data held."
    )
    monthly_budget_usd: UsDollars = Field(
        title="Monthly budget", description="Spending above which the owner is told."
    )
    extra_tags: FrozenMap[Slug, TagValue] = Field(
        default={},
        title="Extra tags",
        description="Tags that every resource carries beside the mandatory ones.",
    )
    sites: Sites = Field(title="Sites", description="Where the environment stands.")
    transfers: tuple[Transfer, ...] = Field(
        default=(),
        title="Transfers",
        description="Permissions to hold data at a site outside the owner's legal perimeter.",
    )
    network: Network | None = Field(
        default=None,
        title="Network",
        description="The private network of a cloud region; needed there, and only there.",
    )
    cluster: Cluster = Field(
        default=Cluster(),
        title="Cluster",
        description="The managed cluster of a cloud region; an on-premises site brings its own.",
    )
    edge: Edge | None = Field(
        default=None,
        title="Edge",
        description="The door for clients outside the cluster; none if left out.",
    )
    backup: Backup | None = Field(
        default=None,
        title="Backup",
        description="Copies in a locked vault of a cloud region; none if left out.",
    )
    detection: Detection = Field(
        default=Detection(), title="Detection", description="What watches a cloud account."
    )
    node_pools: tuple[NodePool, ...] = Field(
        default=(),
        title="Node pools",
        description="Machines by purpose; an on-premises site may run on the nodes it has.",
    )
    object_store: ObjectStore = Field(
        default=ObjectStore(), title="Object store", description="Where data and models rest."
    )
    keys: Keys = Field(default=Keys(), title="Keys", description="What encrypts them.")
    registry: Registry = Field(title="Registry", description="Where images come from.")
    images: FrozenMap[Slug, str] = Field(
        default={},
        title="Images",
        description="Images fixed by hand, by name, instead of those that the build made.",
    )
    certificates: Certificates = Field(
        default=Certificates(), title="Certificates", description="What services prove to be."
    )
    streaming: Streaming | None = Field(
        default=None, title="Streaming", description="Kafka; none if left out."
    )
    batch: Batch | None = Field(default=None, title="Batch", description="Spark; none if left out.")
    retention: Retention = Field(
        default=Retention(), title="Retention", description="How long things are kept."
    )
    workloads: Workloads = Field(
        default=Workloads(), title="Workloads", description="What runs on it."
    )

    @property
    def own_tags(self) -> dict[str, str]:
        """The mandatory tags, which no environment can leave out or rename."""
        return {
            "owner": self.owner,
            "cost-centre": self.cost_centre,
            "environment": self.name,
            "data-class": ".".join(self.data_classes),
            "perimeter": self.perimeter.value,
            "sector": self.sector.value,
            "managed-by": "pulumi",
        }

    @property
    def tags(self) -> dict[str, str]:
        """The tags that every resource carries, fit for clouds and Kubernetes labels alike."""
        assessment = {} if self.dpia_id is None else {"dpia-id": self.dpia_id}
        return {**self.own_tags, **assessment, **self.extra_tags}

    @property
    def sections(self) -> frozenset[str]:
        """Names of the sections and facts that it has, optional ones only where they are given."""
        return frozenset(
            name for name in type(self).model_fields if getattr(self, name) is not None
        )

    @property
    def data_class(self) -> DataClass:
        """The most protected class of data that it holds."""
        order = list(DataClass)
        return max(self.data_classes, key=order.index)

    @property
    def account(self) -> str:
        """Number of the cloud account, which a cloud's own registry bears in its name."""
        return self.registry.host.partition(".")[0]

    @property
    def obligations(self) -> tuple[Obligation, ...]:
        """The rows of the law that bind this environment."""
        return obligations_of(self.perimeter, self.sector, self.data_classes)

    @property
    def residency(self) -> Residency:
        """How strictly its data stay in the country: as the strictest of its classes does."""
        return residency_of(self.perimeter, self.sector, self.data_classes)

    def at(self, site: CloudRegion | OnPremises) -> Self:
        """The environment as one of its sites sees it: with that site's registry and sizes."""
        if not isinstance(site, OnPremises) or site.takeover is None:
            return self
        takeover = site.takeover
        streaming = takeover.streaming if self.streaming else None
        if streaming is not None and self.streaming is not None:
            streaming = streaming.model_copy(update={"topics": self.streaming.topics})
        there, here = self.registry.host, takeover.registry.host
        changes = {
            "registry": takeover.registry,
            "workloads": takeover.workloads,
            "streaming": streaming,
            # Spark works where the lake is written; that site holds copies, which nobody changes.
            "batch": None,
            "images": {
                name: f"{here}{reference.removeprefix(there)}"
                for name, reference in self.images.items()
            },
        }
        return self.model_copy(update=changes)

    def faults(self) -> Iterator[Fault]:
        """Every law that takes more than one section to state."""
        for law in LAWS:
            yield from law(self)
