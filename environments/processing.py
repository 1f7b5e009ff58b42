"""The optional engines for data in motion and for data in bulk."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pydantic import Field

from environments.cloud import RoleArn
from environments.fault import Fault, listing, quote
from environments.profiles import PROFILES, Profile, Resources, SizeProfile
from environments.quantity import Gibibytes, Hours, Minutes, SizeName, Slug, TopicName
from environments.section import FrozenMap, Section, repeated
from environments.workloads import Workloads

if TYPE_CHECKING:  # a site holds this section, so it cannot be imported here when it runs
    from environments.sites import CloudRegion, OnPremises


_BROKER: Final = Profile(
    requests=Resources(cpu_millicores=250, memory_mib=1024),
    limits=Resources(cpu_millicores=1000, memory_mib=1024),
)


class Topic(Section):
    """A stream of records, and who may use it. Nobody else may."""

    partitions: int = Field(
        default=1,
        ge=1,
        le=1000,
        title="Partitions",
        description="Into how many parts it is split; more later, never less.",
        json_schema_extra={"unit": "partitions"},
    )
    retention_hours: Hours | None = Field(
        default=None,
        title="Retention",
        description="How long a record can be read again; as long as the brokers say if left out.",
    )
    writers: tuple[Slug, ...] = Field(
        default=(), title="Writers", description="Workloads that may write records."
    )
    readers: tuple[Slug, ...] = Field(
        default=(),
        title="Readers",
        description="Workloads that may read, each as the consumer group of its name.",
    )

    def faults(self) -> Iterator[Fault]:
        """Workloads that there are, each named once."""
        for field in ("writers", "readers"):
            yield from repeated(getattr(self, field), "the workload", field)
            for position, name in enumerate(getattr(self, field)):
                if name not in Workloads.model_fields:
                    yield Fault(
                        path=(field, position),
                        reason="no workload has this name",
                        given=quote(name),
                        allowed=listing(Workloads.model_fields),
                    )


LEAST_MEMORY_MIB: Final = 1024


class Streaming(Section):
    """Kafka: a service of the region where `family` names its machines, else pods of the cluster.

    Either speaks TLS only, to known identities only, on encrypted volumes.
    """

    brokers: int = Field(
        ge=1,
        le=60,
        title="Brokers",
        description="Brokers, spread over the zones of the site.",
        json_schema_extra={"unit": "brokers"},
    )
    family: Slug | None = Field(
        default=None,
        title="Instance family",
        description="Machine family of a broker in a region that runs Kafka as a service; brokers "
        "are pods of the cluster if left out.",
    )
    size: SizeName | None = Field(
        default=None,
        title="Instance size",
        description="Size of a broker within the family; large if left out. Only with a family.",
    )
    profile: SizeProfile | None = Field(
        default=None,
        title="Size of a pod",
        description="CPU and memory of a broker's pod, a quarter of a core and 1 GiB if left out. "
        "Not with a family.",
    )
    volume_size_gib: Gibibytes = Field(
        default=100,
        title="Volume size",
        description="Encrypted volume of each broker when it is made; from then on it grows by "
        "itself to `max_volume_size_gib`, which alone has an effect later.",
    )
    max_volume_size_gib: Gibibytes | None = Field(
        default=None,
        title="Largest volume",
        description="Size to which a broker's volume may grow by itself; it stays as it is if left "
        "out. Only with a family.",
    )
    retention_hours: Hours = Field(
        default=72, title="Retention", description="How long a record can be read again."
    )
    topics: FrozenMap[TopicName, Topic] = Field(
        default={}, title="Topics", description="Every topic, by name."
    )

    @property
    def machine(self) -> str | None:
        """Family and size of a broker (`m7g.large`); None where brokers are pods."""
        return None if self.family is None else f"{self.family}.{self.size or 'large'}"

    @property
    def pod(self) -> Profile:
        """CPU and memory of a broker's pod."""
        return self.profile or _BROKER

    def faults(self) -> Iterator[Fault]:
        """A volume never shrinks, and nothing is said that would mean nothing."""
        if self.max_volume_size_gib is not None and self.max_volume_size_gib < self.volume_size_gib:
            yield Fault(
                path=("max_volume_size_gib",),
                reason="the volume cannot grow to less than it is",
                given=f"{self.max_volume_size_gib} GiB",
                allowed=f"from volume_size_gib, {self.volume_size_gib} GiB",
            )
        needless = ("profile",) if self.family else ("size", "max_volume_size_gib")
        for field in needless:
            if getattr(self, field) is not None:
                yield Fault(
                    path=(field,),
                    reason="brokers on machines of the region have no pods"
                    if self.family
                    else "without a family, brokers are pods of the cluster",
                    given=str(getattr(self, field)),
                    allowed="nothing, or another choice of `family`",
                )
        for name, topic in self.topics.items():
            if (topic.retention_hours or 0) > self.retention_hours:
                yield Fault(
                    path=("topics", name, "retention_hours"),
                    reason="its records would outlive those of the brokers",
                    given=f"{topic.retention_hours} hours",
                    allowed=f"up to streaming.retention_hours, {self.retention_hours} hours",
                )

    def faults_at(self, site: "CloudRegion | OnPremises") -> Iterator[Fault]:
        """What the site can run."""
        if self.family is None:
            yield from self._pod_faults()
        elif site.kind == "cloud-region":
            yield from self._region_faults(site, self.family)
        else:
            yield Fault(
                path=("family",),
                reason=f"site {site.name} is on-premises, where brokers are pods of the cluster",
                given=quote(self.family),
                allowed="nothing",
            )

    def _pod_faults(self) -> Iterator[Fault]:
        """Brokers vote, and of an even number half is no majority."""
        most = 9
        if self.brokers % 2 == 0 or self.brokers > most:
            yield Fault(
                path=("brokers",),
                reason="brokers in pods vote on who leads: an even number bears no more losses "
                "than one less, and many take long to agree",
                given=str(self.brokers),
                allowed="1, 3, 5, 7 or 9; or a `family` of the region's machines",
            )

    def _region_faults(self, site: "CloudRegion", family: str) -> Iterator[Fault]:
        """As many brokers in each zone, of a family that every zone offers."""
        if self.brokers % len(site.zones):
            yield Fault(
                path=("brokers",),
                reason=f"brokers do not spread evenly over the zones of site {site.name}",
                given=str(self.brokers),
                allowed=f"a multiple of {len(site.zones)}",
            )
        ids = {site.zone_id(zone) for zone in site.zones}
        usable = [
            name
            for name in site.facts.offered(accelerated=False)
            if ids <= set(site.facts.families[name].zones)
        ]
        if family not in usable:
            yield Fault(
                path=("family",),
                reason=f"site {site.name} does not offer this family, encrypted in transit, "
                "in each of its zones",
                given=quote(family),
                allowed=", ".join(usable),
            )


class Batch(Section):
    """Spark jobs on the data pool of the primary site, and who queries what they make."""

    driver: SizeProfile = Field(
        default=PROFILES["medium"],
        title="Driver",
        description="CPU and memory of the pod that drives a job, 1 GiB at least.",
    )
    executor: SizeProfile = Field(
        default=PROFILES["medium"],
        title="Executor",
        description="CPU and memory of an executor, 1 GiB at least; it gets what it requests and "
        "no more.",
    )
    max_executors: int = Field(
        default=4,
        ge=1,
        le=1000,
        title="Most executors",
        description="Executors that one job may grow to.",
        json_schema_extra={"unit": "pods"},
    )
    timeout_minutes: Minutes = Field(
        default=60, title="Timeout", description="A job that runs longer is stopped."
    )
    analyst_roles: tuple[RoleArn, ...] = Field(
        default=(),
        title="Analysts",
        description="Roles whose holders may query features and anonymised data; nobody if left "
        "out.",
    )

    def faults(self) -> Iterator[Fault]:
        """Pods that Java starts in; each analyst's role once."""
        for part in ("driver", "executor"):
            given = getattr(self, part).requests.memory_mib
            if given < LEAST_MEMORY_MIB:
                yield Fault(
                    path=(part, "requests", "memory_mib"),
                    reason="Spark does not start in so little memory",
                    given=f"{given} MiB",
                    allowed=f"from {LEAST_MEMORY_MIB} MiB",
                )
        yield from repeated(self.analyst_roles, "the role", "analyst_roles")
