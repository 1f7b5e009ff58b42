"""The edge: one load balancer inside the network, TLS 1.3 before and TLS behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
from pulumi_aws import acm, ec2, lb, vpc

from components.edge import web_firewall
from components.edge.authority import Authority, AuthorityArgs, Mode
from components.log_group import Logs
from components.network.plan import PRIVATE
from components.tags import Tags

__all__ = ["Authority", "AuthorityArgs", "Edge", "EdgeArgs", "Mode"]

HTTPS = 443

TLS_POLICY = "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09"
"""TLS 1.3 only, with a key exchange that a recording of today will withstand tomorrow."""

FEWEST_ZONES = 2
"""AWS makes no application load balancer in a single zone."""

A_YEAR_IN_SECONDS = 31_536_000


@dataclass(frozen=True, kw_only=True)
class EdgeArgs:
    """Who may call, under which name, and who answers."""

    vpc_id: pulumi.Input[str]
    """Network in which it stands."""
    subnet_ids: Mapping[str, pulumi.Input[str]]
    """Subnets of the load balancer, by zone; two zones or more."""
    clients: Sequence[str]
    """Private ranges of the organisation from which it may be called."""
    domain: str
    """Name under which it is called, which its certificate bears."""
    authority_arn: pulumi.Input[str]
    """Private authority that signs the certificate; one of general purpose."""
    target_security_group_id: pulumi.Input[str]
    """Security group of the pods that answer."""
    target_port: int
    """Port of these pods, which speak TLS."""
    health_path: str
    """Path at which a pod that can serve answers 200."""
    longest_request_seconds: int = 60
    """How long a request may take before it is cut off when its pod leaves."""
    requests_in_five_minutes: int
    """What one address may ask for in five minutes before it is refused."""
    logs: Logs
    """How the web firewall's logs are kept."""
    tags: Tags
    """What it is for."""
    removable: bool = False
    """Whether AWS lets it be deleted: what an update has to say before a destroy can follow."""


class Edge(pulumi.ComponentResource):
    """An internal load balancer with a certificate of the organisation and a web firewall."""

    dns_name: pulumi.Output[str]
    """Name that AWS gives the load balancer; the domain is an alias of it."""
    target_group_arn: pulumi.Output[str]
    """Group in which the pods that answer are registered."""
    security_group_id: pulumi.Output[str]
    """Security group of the load balancer."""

    def __init__(
        self, name: str, args: EdgeArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make the edge.

        Raises:
            ValueError: if it stands in a single zone, or clients are named that are not private.
        """
        super().__init__("mizan:components:Edge", name, None, opts)
        _check(args)
        child = pulumi.ResourceOptions(parent=self)
        group = self._security_group(name, args)
        balancer = lb.LoadBalancer(
            f"{name}-lb",
            load_balancer_type="application",
            internal=True,
            subnets=list(args.subnet_ids.values()),
            security_groups=[group.id],
            drop_invalid_header_fields=True,
            desync_mitigation_mode="strictest",
            enable_waf_fail_open=False,
            enable_deletion_protection=not args.removable,
            # No access logs: Elastic Load Balancing writes to no bucket that has a customer's key.
            # The web firewall sees the same requests, and its log has one.
            tags=args.tags.of(f"{name}-lb"),
            opts=child,
        )
        target = lb.TargetGroup(
            f"{name}-pods",
            vpc_id=args.vpc_id,
            target_type="ip",
            protocol="HTTPS",
            port=args.target_port,
            health_check={
                "protocol": "HTTPS",
                "path": args.health_path,
                "port": str(args.target_port),
                "matcher": "200",
                "interval": 10,
                "timeout": 5,
                "healthy_threshold": 2,
                "unhealthy_threshold": 2,
            },
            # As long as the longest request: a pod that leaves ends what it has begun.
            deregistration_delay=args.longest_request_seconds,
            tags=args.tags.of(f"{name}-pods"),
            opts=child,
        )
        certificate = acm.Certificate(
            f"{name}-certificate",
            domain_name=args.domain,
            certificate_authority_arn=args.authority_arn,
            key_algorithm="RSA_2048",
            tags=args.tags.of(f"{name}-certificate"),
            opts=child,
        )
        lb.Listener(
            f"{name}-https",
            load_balancer_arn=balancer.arn,
            port=HTTPS,
            protocol="HTTPS",
            ssl_policy=TLS_POLICY,
            certificate_arn=certificate.arn,
            default_actions=[{"type": "forward", "target_group_arn": target.arn}],
            routing_http_response_server_enabled=False,
            routing_http_response_strict_transport_security_header_value=(
                f"max-age={A_YEAR_IN_SECONDS}"
            ),
            tags=args.tags.of(f"{name}-https"),
            opts=child,
        )
        web_firewall.build(name, args, balancer, child)
        self.dns_name = balancer.dns_name
        self.target_group_arn = target.arn
        self.security_group_id = group.id
        self.register_outputs(
            {"dns_name": self.dns_name, "target_group_arn": self.target_group_arn}
        )

    def _security_group(self, name: str, args: EdgeArgs) -> ec2.SecurityGroup:
        """A group that clients reach by HTTPS, and that reaches the pods' port and nothing else."""
        child = pulumi.ResourceOptions(parent=self)
        group = ec2.SecurityGroup(
            f"{name}-lb",
            description="Load balancer: HTTPS from the organisation, TLS to the pods",
            vpc_id=args.vpc_id,
            tags=args.tags.of(f"{name}-lb"),
            opts=child,
        )
        for client in args.clients:
            client_name = f"{name}-from-{client.replace('/', '-')}"
            vpc.SecurityGroupIngressRule(
                client_name,
                security_group_id=group.id,
                description="HTTPS from the organisation",
                cidr_ipv4=client,
                ip_protocol="tcp",
                from_port=HTTPS,
                to_port=HTTPS,
                tags=args.tags.of(client_name),
                opts=child,
            )
        vpc.SecurityGroupEgressRule(
            f"{name}-to-pods",
            security_group_id=group.id,
            description="TLS to the pods",
            referenced_security_group_id=args.target_security_group_id,
            ip_protocol="tcp",
            from_port=args.target_port,
            to_port=args.target_port,
            tags=args.tags.of(f"{name}-to-pods"),
            opts=child,
        )
        vpc.SecurityGroupIngressRule(
            f"{name}-at-pods",
            security_group_id=args.target_security_group_id,
            description="TLS from the load balancer",
            referenced_security_group_id=group.id,
            ip_protocol="tcp",
            from_port=args.target_port,
            to_port=args.target_port,
            tags=args.tags.of(f"{name}-at-pods"),
            opts=child,
        )
        return group


def _check(args: EdgeArgs) -> None:
    if len(args.subnet_ids) < FEWEST_ZONES:
        raise ValueError(
            f"the load balancer would stand in {', '.join(args.subnet_ids) or 'no zone'}; AWS "
            f"makes one in {FEWEST_ZONES} zones or more"
        )
    if not args.clients:
        raise ValueError("nobody could call the load balancer: name the ranges in `clients`")
    for client in args.clients:
        if not any(IPv4Network(client).subnet_of(private) for private in PRIVATE):
            raise ValueError(
                f"{client} is not private: only ranges of the organisation, in "
                f"{', '.join(map(str, PRIVATE))}, may call the load balancer"
            )
