"""Private ways to the services of AWS, each under the policy that it is given."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_aws import ec2, vpc

if TYPE_CHECKING:
    from components.network import NetworkArgs

HTTPS = 443


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where in a network the endpoints stand."""

    vpc_id: pulumi.Input[str]
    """The network."""
    subnet_ids: Sequence[pulumi.Input[str]]
    """Subnets of the interfaces."""
    route_table_ids: Sequence[pulumi.Input[str]]
    """Route tables that lead to the gateway."""


def build(
    name: str,
    args: "NetworkArgs",
    place: Place,
    opts: pulumi.ResourceOptions,
) -> ec2.VpcEndpoint:
    """Make the endpoints: a gateway for S3, and an interface for each service that is named.

    Returns:
        The gateway for S3.

    Raises:
        ValueError: if a service has no policy.
    """

    def document(service: str) -> str:
        return json.dumps(args.endpoint_policies[service])

    lacking = [
        service for service in ("s3", *args.services) if not args.endpoint_policies.get(service)
    ]
    if lacking:
        raise ValueError(
            f"{name}: there is no policy for the endpoint of {', '.join(lacking)}, which would "
            "let everything through: give one in `endpoint_policies`"
        )
    gateway = ec2.VpcEndpoint(
        f"{name}-s3",
        vpc_id=place.vpc_id,
        service_name=f"com.amazonaws.{args.region}.s3",
        vpc_endpoint_type="Gateway",
        route_table_ids=list(place.route_table_ids),
        policy=document("s3"),
        tags=args.tags.of(f"{name}-s3"),
        opts=opts,
    )
    group = ec2.SecurityGroup(
        f"{name}-endpoints",
        description="Endpoints of AWS services: HTTPS from inside the network",
        vpc_id=place.vpc_id,
        tags=args.tags.of(f"{name}-endpoints"),
        opts=opts,
    )
    vpc.SecurityGroupIngressRule(
        f"{name}-endpoints",
        security_group_id=group.id,
        description="HTTPS from inside the network",
        cidr_ipv4=args.plan.cidr,
        ip_protocol="tcp",
        from_port=HTTPS,
        to_port=HTTPS,
        tags=args.tags.of(f"{name}-endpoints"),
        opts=opts,
    )
    remote = _remote(name, args, place, opts)
    for service in args.services:
        ec2.VpcEndpoint(
            f"{name}-{service}",
            vpc_id=place.vpc_id,
            service_name=f"com.amazonaws.{args.region}.{service}",
            vpc_endpoint_type="Interface",
            private_dns_enabled=True,
            subnet_ids=list(place.subnet_ids),
            security_group_ids=[group.id, *remote.get(service, ())],
            policy=document(service),
            tags=args.tags.of(f"{name}-{service}"),
            opts=opts,
        )
    return gateway


def _remote(
    name: str, args: "NetworkArgs", place: Place, opts: pulumi.ResourceOptions
) -> Mapping[str, Sequence[pulumi.Input[str]]]:
    """What lets in who stands behind a link, by service.

    Raises:
        ValueError: if a service has no endpoint here, or nobody is named for it.
    """
    groups: dict[str, Sequence[pulumi.Input[str]]] = {}
    for service, blocks in args.remote.items():
        if service not in args.services or not blocks:
            raise ValueError(
                f"{name}: the endpoint of {service} is opened to {', '.join(blocks) or 'nobody'}; "
                f"allowed: address blocks, for one of {', '.join(args.services) or '(none)'}"
            )
        group = ec2.SecurityGroup(
            f"{name}-{service}-remote",
            description=f"{service} over the link: HTTPS from on premises",
            vpc_id=place.vpc_id,
            tags=args.tags.of(f"{name}-{service}-remote"),
            opts=opts,
        )
        for block in blocks:
            vpc.SecurityGroupIngressRule(
                f"{name}-{service}-{block}",
                security_group_id=group.id,
                description="HTTPS from on premises",
                cidr_ipv4=block,
                ip_protocol="tcp",
                from_port=HTTPS,
                to_port=HTTPS,
                tags=args.tags.of(f"{name}-{service}-{block}"),
                opts=opts,
            )
        groups[service] = [group.id]
    return groups
