"""The one way out of the network: a firewall with a list of domains, and the other site behind it.

There is no internet gateway. What leaves goes through the firewall of its zone, over the link and
out of the organisation's own exit in the country; what comes back takes the same way. What the
list does not name, and what is not TLS, is dropped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import ec2, networkfirewall

from components.egress import rules
from components.log_group import Logs
from components.network.plan import AddressPlan, Role
from components.tags import Tags

ALL = "0.0.0.0/0"

ROOM = 1000
"""Rules that a group has room for; it costs nothing, and it can only grow by a replacement."""


@dataclass(frozen=True, kw_only=True)
class EgressArgs:
    """Which domains may be reached, and through what."""

    vpc_id: pulumi.Input[str]
    """Network whose way out it is."""
    plan: AddressPlan
    """Ranges of that network; every zone gets an endpoint of the firewall."""
    route_table_ids: Mapping[str, pulumi.Input[str]]
    """The network's route tables, by zone."""
    gateway_id: pulumi.Input[str]
    """Gateway of the link that leads to the organisation's exit."""
    domains: Sequence[str]
    """Domains that may be reached by TLS: `x.example`, or `.x.example` with all below it."""
    peers: Sequence[str]
    """Ranges of the other site."""
    peer_ports: Sequence[int]
    """TCP ports on which the two sites answer each other, in TLS."""
    key_arn: pulumi.Input[str]
    """Key of the firewall's configuration."""
    logs: Logs
    """How its logs are kept."""
    tags: Tags
    """What it is for."""
    removable: bool = False
    """Whether AWS lets it be deleted: what an update has to say before a destroy can follow."""


class Egress(pulumi.ComponentResource):
    """A firewall in every zone between the network and the link."""

    firewall_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: EgressArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make the way out.

        Raises:
            ValueError: if no domain is named, or one that the firewall cannot match.
        """
        super().__init__("mizan:components:Egress", name, None, opts)
        _check(args.domains)
        child = pulumi.ResourceOptions(parent=self)
        policy = networkfirewall.FirewallPolicy(
            f"{name}-policy",
            firewall_policy={
                "stateless_default_actions": ["aws:forward_to_sfe"],
                "stateless_fragment_default_actions": ["aws:forward_to_sfe"],
                "stateful_engine_options": {
                    "rule_order": "STRICT_ORDER",
                    "stream_exception_policy": "DROP",
                },
                # It waits for the whole first message of TLS, which no longer fits one packet.
                "stateful_default_actions": [
                    "aws:drop_established_app_layer",
                    "aws:alert_established_app_layer",
                ],
                "stateful_rule_group_references": self._rule_groups(name, args),
            },
            encryption_configuration=_key(args),
            tags=args.tags.of(f"{name}-policy"),
            opts=child,
        )
        subnets = self._subnets(name, args)
        firewall = networkfirewall.Firewall(
            f"{name}-firewall",
            vpc_id=args.vpc_id,
            firewall_policy_arn=policy.arn,
            subnet_mappings=[{"subnet_id": subnet} for subnet in subnets.values()],
            encryption_configuration=_key(args),
            delete_protection=not args.removable,
            subnet_change_protection=not args.removable,
            tags=args.tags.of(f"{name}-firewall"),
            opts=child,
        )
        self._log(name, args, firewall)
        self._lead(name, args, firewall)
        self.firewall_arn = firewall.arn
        self.register_outputs({"firewall_arn": self.firewall_arn})

    def _rule_groups(self, name: str, args: EgressArgs) -> list[dict[str, Any]]:
        domains = {
            "rules_source_list": {
                "generated_rules_type": "ALLOWLIST",
                # Not the host of plain HTTP: what leaves the network leaves it encrypted.
                "target_types": ["TLS_SNI"],
                "targets": list(args.domains),
            }
        }
        sources: dict[str, dict[str, Any]] = {"domains": domains}
        if args.peers and args.peer_ports:
            peers = rules.peer_rules(args.plan.cidr, args.peers, args.peer_ports)
            sources["peers"] = {"stateful_rules": peers}
        sources["other-protocols"] = {"stateful_rules": rules.other_protocols()}
        return [
            {
                "priority": priority,
                "resource_arn": networkfirewall.RuleGroup(
                    f"{name}-{role}",
                    type="STATEFUL",
                    capacity=ROOM,
                    rule_group={
                        "rule_variables": {
                            "ip_sets": [
                                {"key": "HOME_NET", "ip_set": {"definitions": [args.plan.cidr]}}
                            ]
                        },
                        "rules_source": source,
                        "stateful_rule_options": {"rule_order": "STRICT_ORDER"},
                    },
                    encryption_configuration=_key(args),
                    tags=args.tags.of(f"{name}-{role}"),
                    opts=pulumi.ResourceOptions(parent=self),
                ).arn,
            }
            for priority, (role, source) in enumerate(sources.items(), 1)
        ]

    def _subnets(self, name: str, args: EgressArgs) -> Mapping[str, pulumi.Output[str]]:
        """A subnet for the firewall in every zone, whose way out is the link."""
        child = pulumi.ResourceOptions(parent=self)
        found = {}
        for zone, cidr in args.plan.subnets[Role.FIREWALL].items():
            subnet = ec2.Subnet(
                f"{name}-{zone}",
                vpc_id=args.vpc_id,
                cidr_block=cidr,
                availability_zone=zone,
                map_public_ip_on_launch=False,
                tags=args.tags.of(f"{name}-{zone}"),
                opts=child,
            )
            table = ec2.RouteTable(
                f"{name}-{zone}",
                vpc_id=args.vpc_id,
                tags=args.tags.of(f"{name}-{zone}"),
                opts=child,
            )
            ec2.Route(
                f"{name}-{zone}-exit",
                route_table_id=table.id,
                destination_cidr_block=ALL,
                gateway_id=args.gateway_id,
                opts=child,
            )
            ec2.RouteTableAssociation(
                f"{name}-{zone}", subnet_id=subnet.id, route_table_id=table.id, opts=child
            )
            found[zone] = subnet.id
        return found

    def _lead(self, name: str, args: EgressArgs, firewall: networkfirewall.Firewall) -> None:
        """Lead what leaves, and what comes in over the link, through the firewall of its zone.

        Both directions of a connection must pass the same endpoint, or it is dropped.
        """
        child = pulumi.ResourceOptions(parent=self)
        arriving = ec2.RouteTable(
            f"{name}-arriving",
            vpc_id=args.vpc_id,
            tags=args.tags.of(f"{name}-arriving"),
            opts=child,
        )
        ec2.RouteTableAssociation(
            f"{name}-arriving",
            gateway_id=args.gateway_id,
            route_table_id=arriving.id,
            opts=child,
        )
        for zone in args.plan.zones:
            endpoint = firewall.firewall_statuses.apply(
                lambda statuses, zone=zone: endpoint_in(zone, statuses)
            )
            ec2.Route(
                f"{name}-{zone}",
                route_table_id=args.route_table_ids[zone],
                destination_cidr_block=ALL,
                vpc_endpoint_id=endpoint,
                opts=child,
            )
            for role, ranges in args.plan.subnets.items():
                if role is not Role.FIREWALL:
                    ec2.Route(
                        f"{name}-arriving-{role}-{zone}",
                        route_table_id=arriving.id,
                        destination_cidr_block=ranges[zone],
                        vpc_endpoint_id=endpoint,
                        opts=child,
                    )

    def _log(self, name: str, args: EgressArgs, firewall: networkfirewall.Firewall) -> None:
        child = pulumi.ResourceOptions(parent=self)
        logs = args.logs.group(f"{name}-firewall", child)
        delivery = args.logs.let_aws_deliver(f"{name}-firewall", [logs], child)
        networkfirewall.LoggingConfiguration(
            f"{name}-firewall",
            firewall_arn=firewall.arn,
            logging_configuration={
                "log_destination_configs": [
                    {
                        "log_type": kind,
                        "log_destination_type": "CloudWatchLogs",
                        "log_destination": {"logGroup": logs.name},
                    }
                    for kind in ("ALERT", "FLOW")
                ]
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[delivery]),
        )


def endpoint_in(zone: str, statuses: Sequence[Any]) -> str:
    """The firewall's endpoint in a zone, from what AWS says of its state.

    Raises:
        ValueError: if the firewall has none there.
    """
    states = [state for status in statuses for state in status.sync_states]
    for state in states:
        if state.availability_zone == zone:
            for attachment in state.attachments:
                return str(attachment.endpoint_id)
    known = ", ".join(sorted(str(state.availability_zone) for state in states)) or "none"
    raise ValueError(f"the firewall has no endpoint in {zone}; it has them in: {known}")


def _check(domains: Sequence[str]) -> None:
    if not domains:
        raise ValueError(
            "the firewall would let nothing out: name the allowed domains in `domains`, "
            "or leave the whole way out away"
        )
    for domain in domains:
        if "*" in domain or "/" in domain or "." not in domain.strip("."):
            raise ValueError(
                f"{domain!r} is not a domain that the firewall can match: write `x.example`, "
                "or `.x.example` for it and all below it"
            )


def _key(args: EgressArgs) -> dict[str, Any]:
    return {"type": "CUSTOMER_KMS", "key_id": args.key_arn}
