"""The optional engines for data in motion and for data in bulk."""

from collections.abc import Iterator
from typing import Final

from pydantic import Field

from environments.cloud import RoleArn
from environments.fault import Fault, quote
from environments.profiles import PROFILES, SizeProfile
from environments.quantity import Gibibytes, Hours, Minutes, SizeName, Slug
from environments.section import Section, repeated
from environments.sites import CloudRegion, OnPremises

LEAST_MEMORY_MIB: Final = 1024


class Streaming(Section):
    """A Kafka cluster on the primary site."""

    brokers: int = Field(
        ge=1,
        le=60,
        title="Brokers",
        description="Brokers, spread evenly over the zones of the primary site.",
        json_schema_extra={"unit": "brokers"},
    )
    family: Slug = Field(
        default="m7g", title="Instance family", description="Machine family of a broker."
    )
    size: SizeName = Field(
        default="large",
        title="Instance size",
        description="Size of a broker within the family, in a cloud region.",
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
        description="Size to which a broker's volume may grow; it stays as it is if left out.",
    )
    retention_hours: Hours = Field(
        default=72, title="Retention", description="How long a record can be read again."
    )

    def faults(self) -> Iterator[Fault]:
        """A volume never shrinks."""
        if self.max_volume_size_gib is not None and self.max_volume_size_gib < self.volume_size_gib:
            yield Fault(
                path=("max_volume_size_gib",),
                reason="the volume cannot grow to less than it is",
                given=f"{self.max_volume_size_gib} GiB",
                allowed=f"from volume_size_gib, {self.volume_size_gib} GiB",
            )

    def faults_at(self, site: CloudRegion | OnPremises) -> Iterator[Fault]:
        """As many brokers in each zone, of a family that every zone offers."""
        if self.brokers % len(site.zones):
            yield Fault(
                path=("brokers",),
                reason=f"brokers do not spread evenly over the zones of site {site.name}",
                given=str(self.brokers),
                allowed=f"a multiple of {len(site.zones)}",
            )
        if isinstance(site, CloudRegion):
            ids = {site.zone_id(zone) for zone in site.zones}
            usable = [
                name
                for name in site.facts.offered(accelerated=False)
                if ids <= set(site.facts.families[name].zones)
            ]
            if self.family not in usable:
                yield Fault(
                    path=("family",),
                    reason=f"site {site.name} does not offer this family, encrypted in transit, "
                    "in each of its zones",
                    given=quote(self.family),
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
