"""The network of a region: subnets, ways to the provider's services, the way out and the link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi

from components.egress import Egress, EgressArgs
from components.link import DirectConnect, Link, LinkArgs, Vpn
from components.log_group import Logs
from components.network import AddressPlan, Network, NetworkArgs, Role, plan
from environments import Network as DeclaredNetwork
from environments import OnPremises
from stacks import law
from stacks.region.facts import Facts

ANYWHERE: Final = "0.0.0.0/0"

REGISTRY_SERVICES: Final = ("ecr.api", "ecr.dkr")
"""Endpoints of the registry: for logins, and for images."""

PEER_PORTS: Final[tuple[int, ...]] = (443, 6443, 7070, 9098)
"""TLS ports on which the two sites answer each other: HTTPS, API server, object store, Kafka."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """A network, and what leads out of it."""

    network: Network
    plan: AddressPlan
    private_blocks: Sequence[str]
    """Its own range, and those on premises."""
    logs: Logs
    """How the logs of what stands in it are kept."""

    def subnets(self, role: Role) -> Mapping[str, pulumi.Output[str]]:
        """The subnets of a role, by zone."""
        return self.network.subnet_ids[role]


def declared(facts: Facts) -> DeclaredNetwork:
    """The network that the environment asks for; every environment in a region has one."""
    network = facts.environment.network
    if network is None:
        raise pulumi.RunError(f"{facts.environment.name} has no section `network`")
    return network


def build(
    facts: Facts, keys: Mapping[str, pulumi.Input[str]], opts: pulumi.ResourceOptions
) -> Surroundings:
    """Make the network; the way out and the link only where they are asked for.

    Args:
        facts: The environment in its region.
        keys: ARN of each key, by purpose.
        opts: Options of every part.
    """
    wanted = declared(facts)
    on_premises = {f"on premises ({block})": block for block in wanted.on_premises_cidrs}
    addresses = plan(wanted.cidr, facts.site.zones, on_premises)
    logs = Logs(
        key_arn=keys["logs"],
        retention_days=facts.log_days,
        account=facts.account,
        tags=facts.tags(data_class="internal"),
    )
    services = _services(facts)
    network = Network(
        "network",
        NetworkArgs(
            plan=addresses,
            services=services,
            endpoint_zones=wanted.endpoint_zones or facts.site.zones,
            resolvable=law.resolvable(facts.region, wanted.allowed_domains),
            endpoint_policies={
                service: law.endpoint_policy(facts.region, service, facts.account)
                for service in ("s3", *services)
            },
            logs=logs,
            account=facts.account,
            region=facts.region,
            tags=facts.tags(),
            remote=_remote(facts),
        ),
        opts=opts,
    )
    if wanted.link is not None:
        _lead_out(facts, wanted, network, addresses, logs, keys, opts)
    return Surroundings(
        network=network,
        plan=addresses,
        logs=logs,
        private_blocks=[wanted.cidr, *wanted.on_premises_cidrs],
    )


def _services(facts: Facts) -> Sequence[str]:
    """Endpoints that the environment's parts ask for."""
    more = ("glue", "athena") if facts.environment.batch else ()
    balancer = ("elasticloadbalancing",) if facts.environment.edge else ()
    return (*declared(facts).endpoints, *more, *balancer)


def _remote(facts: Facts) -> Mapping[str, Sequence[str]]:
    """Endpoints from which a second site behind a link fetches images."""
    blocks = declared(facts).on_premises_cidrs
    if not isinstance(facts.environment.sites.recovery, OnPremises) or not blocks:
        return {}
    return dict.fromkeys(REGISTRY_SERVICES, blocks)


def _lead_out(  # noqa: PLR0913, PLR0917 - the parts of `build`, which is its only caller
    facts: Facts,
    wanted: DeclaredNetwork,
    network: Network,
    addresses: AddressPlan,
    logs: Logs,
    keys: Mapping[str, pulumi.Input[str]],
    opts: pulumi.ResourceOptions,
) -> None:
    """The link to the site on premises; a firewall stands before it where names lead out too."""
    out = bool(wanted.allowed_domains)
    link = Link(
        "link",
        LinkArgs(
            vpc_id=network.vpc_id,
            medium=_medium(wanted),
            destinations=[ANYWHERE] if out else list(wanted.on_premises_cidrs),
            routes={} if out else network.route_table_ids,
            logs=logs,
            tags=facts.tags(),
        ),
        opts=opts,
    )
    if out:
        Egress(
            "egress",
            EgressArgs(
                vpc_id=network.vpc_id,
                plan=addresses,
                route_table_ids=network.route_table_ids,
                gateway_id=link.gateway_id,
                domains=wanted.allowed_domains,
                peers=wanted.on_premises_cidrs,
                peer_ports=PEER_PORTS,
                key_arn=keys["network"],
                logs=logs,
                removable=facts.may_delete("egress-firewall"),
                tags=facts.tags(),
            ),
            opts=opts,
        )


def _medium(wanted: DeclaredNetwork) -> Vpn | DirectConnect:
    if wanted.link is None:
        raise pulumi.RunError("there is no link to make")
    return Vpn(address=wanted.link.address, asn=str(wanted.link.asn))
