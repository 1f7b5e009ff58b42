"""Where an environment stands: a cloud region or a cluster of one's own, inside the country."""

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import Field

from environments.fault import Fault, listing, quote
from environments.governance import Perimeter
from environments.quantity import CountryCode, DomainName, Slug, ZoneName
from environments.region import Region, regions
from environments.section import FrozenMap, Section, repeated
from environments.takeover import Takeover

COUNTRY: Final = "AE"
"""ISO 3166 code of the country that no site may leave."""

# Registries that anybody may push to or pull from: no site can claim their names as its own.
_PUBLIC_DOMAINS: Final = (
    "amazonaws.com",
    "azurecr.io",
    "docker.com",
    "docker.io",
    "gcr.io",
    "ghcr.io",
    "k8s.io",
    "mcr.microsoft.com",
    "nvcr.io",
    "pkg.dev",
    "public.ecr.aws",
    "quay.io",
)

Zones = Annotated[
    tuple[ZoneName, ...],
    Field(min_length=1, title="Zones", description="Zones that fail independently, by name."),
]


class CloudRegion(Section):
    """A site in a provider's region."""

    kind: Literal["cloud-region"] = Field(
        title="Kind", description="What the site is: here, a region of a cloud provider."
    )
    name: Slug = Field(title="Name", description="Name by which node pools call the site.")
    region: str = Field(
        title="Region", description="The provider's name of a region inside the country."
    )
    zones: Zones
    zone_ids: FrozenMap[ZoneName, str] = Field(
        default={},
        title="Physical zones",
        description=(
            "The physical zone behind each zone name, which a provider may shuffle per account; "
            "zones left out are taken in the order of the region's own facts."
        ),
    )

    @property
    def facts(self) -> Region:
        """What is known about the region."""
        return regions()[self.region]

    @property
    def country(self) -> str:
        """ISO 3166 code of the country in which the region lies."""
        return self.facts.country

    @property
    def perimeter(self) -> Perimeter:
        """Cloud regions lie outside the financial free zones."""
        return Perimeter.ONSHORE

    def zone_id(self, zone: str) -> str:
        """Return the physical zone behind a zone name of this site."""
        return self.zone_ids.get(zone) or self.facts.zones[zone]

    def faults(self) -> Iterator[Fault]:
        """A region inside the country, and zones which that region has."""
        yield from repeated(self.zones, "the zone", "zones")
        if self.region not in regions():
            yield Fault(
                path=("region",),
                reason="no cloud region inside the United Arab Emirates has this name",
                given=quote(self.region),
                allowed=listing(regions()),
            )
            return
        known = self.facts.zones
        for position, zone in enumerate(self.zones):
            if zone not in known:
                yield Fault(
                    path=("zones", position),
                    reason=f"region {self.region} has no such zone",
                    given=quote(zone),
                    allowed=listing(known),
                )
        yield from self._zone_id_faults()

    def _zone_id_faults(self) -> Iterator[Fault]:
        known = self.facts.zones
        for zone, zone_id in self.zone_ids.items():
            if zone not in self.zones:
                yield Fault(
                    path=("zone_ids", zone),
                    reason="the site does not use this zone",
                    given=quote(zone),
                    allowed=listing(self.zones),
                )
            if zone_id not in known.values():
                yield Fault(
                    path=("zone_ids", zone),
                    reason=f"region {self.region} has no such physical zone",
                    given=quote(zone_id),
                    allowed=listing(known.values()),
                )
        used = [self.zone_ids.get(zone) or known.get(zone) for zone in self.zones]
        for position, physical in enumerate(used):
            if self.zone_ids and physical in used[:position]:
                yield Fault(
                    path=("zone_ids",),
                    reason=f"two zones of the site stand for {physical}",
                    given=quote(dict(self.zone_ids)),
                    allowed="a physical zone of its own for each zone, all of them listed",
                )


class OnPremises(Section):
    """A site on a cluster of one's own."""

    kind: Literal["on-premises"] = Field(
        title="Kind", description="What the site is: here, a Kubernetes cluster of one's own."
    )
    name: Slug = Field(title="Name", description="Name by which node pools call the site.")
    country: CountryCode = Field(title="Country", description="Where the machines stand.")
    zones: Zones
    perimeter: Perimeter = Field(
        default=Perimeter.ONSHORE,
        title="Perimeter",
        description="Legal perimeter in which the machines stand.",
    )
    private_domains: tuple[DomainName, ...] = Field(
        default=(),
        title="Private domains",
        description="DNS domains that only this site answers, and that its services may use.",
    )
    gpu_families: tuple[Slug, ...] = Field(
        default=(),
        title="GPU families",
        description="Names of the site's own machine families that hold a GPU.",
    )
    takeover: Takeover | None = Field(
        default=None,
        title="Takeover",
        description="With what it takes over; needed at the recovery site, and only there.",
    )

    def faults(self) -> Iterator[Fault]:
        """Machines inside the country; nothing listed twice."""
        yield from repeated(self.zones, "the zone", "zones")
        yield from repeated(self.private_domains, "the domain", "private_domains")
        yield from repeated(self.gpu_families, "the GPU family", "gpu_families")
        for position, domain in enumerate(self.private_domains):
            if any(f".{domain}".endswith(f".{public}") for public in _PUBLIC_DOMAINS):
                yield Fault(
                    path=("private_domains", position),
                    reason="the domain belongs to a public registry",
                    given=quote(domain),
                    allowed="a domain that only this site answers",
                )
        if self.country != COUNTRY:
            yield Fault(
                path=("country",),
                reason="the site stands outside the United Arab Emirates",
                given=quote(self.country),
                allowed=COUNTRY,
            )


Site = Annotated[CloudRegion | OnPremises, Field(discriminator="kind")]


class Sites(Section):
    """The site that works, and the one that takes over."""

    primary: Site = Field(title="Primary site", description="Where the platform runs.")
    recovery: Site | None = Field(
        default=None,
        title="Recovery site",
        description="Another place inside the country that holds a second copy; none if left out.",
    )

    @property
    def all(self) -> tuple[CloudRegion | OnPremises, ...]:
        """Every site, the primary one first."""
        return (self.primary,) if self.recovery is None else (self.primary, self.recovery)

    def named(self, name: str) -> CloudRegion | OnPremises | None:
        """Return the site of that name, or None where there is none."""
        return next((site for site in self.all if site.name == name), None)

    def faults(self) -> Iterator[Fault]:
        """A recovery site must be another place than the primary one."""
        if self.recovery is None:
            return
        if self.recovery.name == self.primary.name:
            yield Fault(
                path=("recovery", "name"),
                reason="the recovery site is the primary site",
                given=quote(self.recovery.name),
                allowed="the name of another place inside the country",
            )
        if (
            isinstance(self.primary, CloudRegion)
            and isinstance(self.recovery, CloudRegion)
            and self.recovery.region == self.primary.region
        ):
            yield Fault(
                path=("recovery", "region"),
                reason="the recovery site lies in the region of the primary site and fails with it",
                given=quote(self.recovery.region),
                allowed="another region inside the country, or an on-premises site",
            )
