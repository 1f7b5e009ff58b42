"""The network: endpoints, firewalls, resolvers and links, most of them paid by zone and hour."""

from collections.abc import Iterable

from policies.costing.estimate import Measure, Use
from policies.costing.plan import Plan, Planned
from policies.costing.rates import Tables
from policies.costing.services.quantity import held, running

_LINKS = {"1Gbps": "1g", "10Gbps": "10g", "100Gbps": "100g"}


def _endpoint(resource: Planned, _plan: Plan, _tables: Tables) -> Iterable[Use]:
    if resource.text("vpcEndpointType", "Gateway") != "Gateway":
        yield running("vpc/interface-endpoint", len(resource.items("subnetIds")))


def _firewall(resource: Planned, _plan: Plan, _tables: Tables) -> Iterable[Use]:
    yield running("network-firewall/endpoint", len(resource.items("subnetMappings")))


def _resolver(resource: Planned, _plan: Plan, _tables: Tables) -> Iterable[Use]:
    yield running("route53/resolver-interface", len(resource.items("ipAddresses")))


def _domains(resource: Planned, _plan: Plan, _tables: Tables) -> Iterable[Use]:
    yield held("route53/firewall-domain", len(resource.items("domains")))


def _dedicated(resource: Planned, _plan: Plan, _tables: Tables) -> Iterable[Use]:
    bandwidth = resource.text("bandwidth")
    yield running(f"direct-connect/port-{_LINKS.get(bandwidth, bandwidth)}", 1)


MEASURES: dict[str, Measure] = {
    "aws:directconnect/connection:Connection": _dedicated,
    "aws:ec2/vpcEndpoint:VpcEndpoint": _endpoint,
    "aws:networkfirewall/firewall:Firewall": _firewall,
    "aws:route53/resolverEndpoint:ResolverEndpoint": _resolver,
    "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList": _domains,
}
