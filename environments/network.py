"""The private network of a cloud region, and its link to the second site."""

from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from environments.fault import Fault, quote
from environments.quantity import DomainName, ZoneName
from environments.section import Section, repeated

_WIDEST: Final = 16
_NARROWEST: Final = 20


Endpoint = Literal["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "logs", "sqs", "ssm", "sts"]
ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    "ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "logs", "sqs", "sts",
)  # fmt: skip
_NEEDED: Final[tuple[Endpoint, ...]] = ("ec2", "ecr.api", "ecr.dkr", "eks-auth")
"""Without these no node joins, pulls an image or gets an identity."""


def _private_block(text: str) -> str:
    try:
        private = IPv4Network(text).is_private
    except (AddressValueError, NetmaskValueError, ValueError):
        private = False
    if not private:
        raise ValueError("a private IPv4 block without host bits, such as 10.40.0.0/16")
    return text


def _address(text: str) -> str:
    try:
        IPv4Address(text)
    except AddressValueError:
        raise ValueError("an IPv4 address, such as 203.0.113.10") from None
    return text


PrivateBlock = Annotated[
    str, AfterValidator(_private_block), Field(json_schema_extra={"unit": "IPv4 block (CIDR)"})
]
Address = Annotated[
    str, AfterValidator(_address), Field(json_schema_extra={"unit": "IPv4 address"})
]


class Link(Section):
    """The encrypted way from the region to the site on premises, both ends inside the country."""

    kind: Literal["vpn", "direct-connect"] = Field(
        title="Kind",
        description="An IPsec VPN, or a dedicated line that encrypts by MACsec, with the VPN as "
        "its stand-by.",
    )
    address: Address = Field(
        title="Address", description="Public address of the VPN device on the site."
    )
    asn: int = Field(
        default=65000,
        ge=1,
        le=4_294_967_294,
        title="Autonomous system",
        description="BGP number of the VPN device.",
        json_schema_extra={"unit": "none"},
    )
    location: str | None = Field(
        default=None,
        title="Location",
        description="Code of the Direct Connect location, inside the country; only for a line.",
    )

    def faults(self) -> Iterator[Fault]:
        """A line ends at a named location; a VPN has none."""
        if (self.location is not None) is not (self.kind == "direct-connect"):
            yield Fault(
                path=("location",),
                reason=f"does not go with a link of kind {self.kind}",
                given=quote(self.location),
                allowed="a location code for direct-connect, nothing for vpn",
            )


class Network(Section):
    """Address ranges, and what lies outside them that workloads may reach."""

    cidr: PrivateBlock = Field(
        title="Range", description="Addresses of the region's private network."
    )
    on_premises_cidrs: tuple[PrivateBlock, ...] = Field(
        default=(),
        title="Ranges on premises",
        description="Addresses of the organisation that are reached over the link.",
    )
    client_cidrs: tuple[PrivateBlock, ...] = Field(
        default=(),
        title="Clients",
        description="Addresses from which predictions may be asked; those of the region's own "
        "network if left out.",
    )
    allowed_domains: tuple[DomainName, ...] = Field(
        default=(),
        title="Allowed domains",
        description="Outside names that workloads may resolve and reach, by the organisation's "
        "exit; none if left out, and then nothing leads out at all.",
    )
    endpoint_zones: tuple[ZoneName, ...] = Field(
        default=(),
        title="Zones of endpoints",
        description="Zones in which the provider's services are reached privately; every zone of "
        "the site if left out. Fewer zones cost less, and fail together.",
    )
    endpoints: tuple[Endpoint, ...] = Field(
        default=ENDPOINTS,
        title="Endpoints",
        description="The provider's services that are reached privately, by the names of their "
        "endpoints. Fewer cost less; what each one is for stands in docs/cost.md.",
    )
    link: Link | None = Field(
        default=None,
        title="Link",
        description="The way to the site on premises; none if left out.",
    )

    def faults(self) -> Iterator[Fault]:
        """A range that is wide enough and overlaps no other; a way out where one is needed."""
        yield from repeated(self.on_premises_cidrs, "the range", "on_premises_cidrs")
        yield from repeated(self.allowed_domains, "the domain", "allowed_domains")
        yield from repeated(self.endpoint_zones, "the zone", "endpoint_zones")
        yield from repeated(self.endpoints, "the endpoint", "endpoints")
        for needed in _NEEDED:
            if needed not in self.endpoints:
                yield Fault(
                    path=("endpoints",),
                    reason=f"nodes of the cluster need the endpoint {needed}",
                    given=quote(list(self.endpoints)),
                    allowed=f"a list with {needed} in it",
                )
        own = IPv4Network(self.cidr)
        if not _WIDEST <= own.prefixlen <= _NARROWEST:
            yield Fault(
                path=("cidr",),
                reason="the range cannot be laid out in subnets by zone and purpose",
                given=quote(self.cidr),
                allowed=f"a block from /{_WIDEST} to /{_NARROWEST}",
            )
        for position, text in enumerate(self.on_premises_cidrs):
            if own.overlaps(IPv4Network(text)):
                yield Fault(
                    path=("cidr",),
                    reason=f"overlaps on_premises_cidrs[{position}], {text}: neither side could "
                    "reach the other",
                    given=quote(self.cidr),
                    allowed="a block that overlaps no range on premises",
                )
        needs = {
            "on_premises_cidrs": self.on_premises_cidrs,
            "allowed_domains": self.allowed_domains,
        }
        for field, values in needs.items():
            if values and self.link is None:
                yield Fault(
                    path=(field,),
                    reason="is reached over the link, and there is none",
                    given=quote(list(values)),
                    allowed="an entry `link`, or nothing here",
                )
        if self.link is not None and not self.on_premises_cidrs:
            yield Fault(
                path=("on_premises_cidrs",),
                reason="the link leads nowhere",
                given="nothing",
                allowed="the ranges that are reached over the link",
            )
