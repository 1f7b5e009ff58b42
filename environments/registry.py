"""The only place from which an environment takes images, and what an image reference must be."""

import re
from collections.abc import Iterator, Mapping
from ipaddress import AddressValueError, IPv4Address
from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from environments.fault import Fault, listing, quote
from environments.profiles import PROFILES, SizeProfile
from environments.quantity import Gibibytes, HostName
from environments.section import Section

if TYPE_CHECKING:  # a second site holds a registry of its own, so they cannot be imported here
    from environments.sites import CloudRegion, OnPremises

CLUSTER_DOMAIN = "svc.cluster.local"
"""Domain of the services inside a cluster."""

_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}\Z")
_REPOSITORY = re.compile(r"^[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$")
_LAST_PORT = 65_535
_PORT = re.compile(r":\d{1,5}$")


class Registry(Section):
    """The environment's own image registry."""

    host: HostName = Field(
        title="Host",
        description="Host name, and port where it is not 443, with which image references begin.",
    )
    address: str | None = Field(
        default=None,
        title="Address",
        description=(
            "Fixed service address of a registry inside an on-premises cluster, so that nodes "
            "reach it before names resolve; left out everywhere else."
        ),
        json_schema_extra={"unit": "IPv4 address"},
    )
    volume_size_gib: Gibibytes = Field(
        default=50,
        title="Volume size",
        description="Encrypted volume behind the registry of an on-premises site.",
    )
    profile: SizeProfile = Field(
        default=PROFILES["tiny"],
        title="Size",
        description="CPU and memory of the registry on an on-premises site; the token service "
        "beside it has a small fixed share.",
    )

    @field_validator("address")
    @classmethod
    def _is_private(cls, address: str | None) -> str | None:
        try:
            private = address is None or IPv4Address(address).is_private
        except AddressValueError:
            private = False
        if not private:
            raise ValueError("a private IPv4 address, such as 10.96.0.20")
        return address

    @field_validator("host")
    @classmethod
    def _has_a_real_port(cls, host: str) -> str:
        if (port := _PORT.search(host)) and int(port[0][1:]) > _LAST_PORT:
            raise ValueError(f"a port from 1 to {_LAST_PORT}")
        return host

    @property
    def name(self) -> str:
        """The host without its port."""
        return _PORT.sub("", self.host)

    def faults_at(self, site: "CloudRegion | OnPremises") -> Iterator[Fault]:
        """A host that only the site itself can answer, with an address where it needs one."""
        if site.kind == "cloud-region":
            yield from self._faults_in_cloud(site)
        else:
            yield from self._faults_on_premises(site)

    def _faults_in_cloud(self, site: "CloudRegion") -> Iterator[Fault]:
        domain = site.facts.registry
        if not re.fullmatch(rf"\d{{12}}\.{re.escape(domain)}", self.host):
            yield Fault(
                path=("host",),
                reason=f"a foreign registry: not the own registry of an account in {site.region}",
                given=quote(self.host),
                allowed=f"<12-digit account>.{domain}",
            )
        if self.address is not None:
            yield Fault(
                path=("address",),
                reason=f"site {site.name} is a cloud region, whose registry has no fixed address",
                given=quote(self.address),
                allowed="leave it out",
            )

    def _faults_on_premises(self, site: "OnPremises") -> Iterator[Fault]:
        domains = (CLUSTER_DOMAIN, *site.private_domains)
        if not any(self.name.endswith(f".{domain}") for domain in domains):
            yield Fault(
                path=("host",),
                reason=f"a foreign registry: not inside site {site.name}",
                given=quote(self.host),
                allowed=f"a name under {listing(domains)}",
            )
        elif self.address is None and self.name.endswith(f".{CLUSTER_DOMAIN}"):
            yield Fault(
                path=("address",),
                reason="nodes cannot reach a registry inside the cluster by its name alone",
                given="nothing",
                allowed="a free address of the cluster's service range, like 10.96.0.20",
            )

    def image_faults(self, images: Mapping[str, str]) -> Iterator[Fault]:
        """Name each image that this registry does not hold, or that is not fixed by a digest."""
        for name, reference in images.items():
            path, given = ("images", name), quote(reference)
            digest = _DIGEST.search(reference)
            repository = reference[: digest.start()] if digest else reference
            prefix = f"{self.host}/"
            allowed = "<registry.host>/<repository>@sha256:<64 hexadecimal digits>"
            if not repository.startswith(prefix):
                yield Fault(
                    path=path,
                    reason=f"the image is not in the environment's registry {self.host}",
                    given=given,
                    allowed=allowed,
                )
            if digest is None:
                yield Fault(
                    path=path,
                    reason="a mutable reference: what a tag names can change after review",
                    given=given,
                    allowed=allowed,
                )
            elif repository.startswith(prefix) and not _REPOSITORY.fullmatch(
                repository.removeprefix(prefix)
            ):
                yield Fault(
                    path=path,
                    reason="only the digest names an image, so no tag may stand beside it"
                    if ":" in repository.removeprefix(prefix)
                    else "the name of the repository is not one",
                    given=given,
                    allowed=allowed,
                )
