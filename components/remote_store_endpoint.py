"""A way to the region's objects for who stands outside its network, at the other end of a link."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import ec2, vpc

from components.network import endpoints
from components.tags import Tags


@dataclass(frozen=True, kw_only=True)
class RemoteStoreEndpointArgs:
    """Where the endpoint stands, and who may reach it."""

    vpc_id: pulumi.Input[str]
    """The network."""
    subnet_ids: Mapping[str, pulumi.Input[str]]
    """Subnets of the endpoint, by zone."""
    blocks: Sequence[str]
    """Address blocks (CIDR) behind the link that may reach it."""
    policy: Mapping[str, Any]
    """Policy of the endpoint, as a document."""
    region: str
    """Region of the network."""
    tags: Tags
    """What it is for."""


class RemoteStoreEndpoint(pulumi.ComponentResource):
    """An interface of S3 inside the network: a gateway endpoint serves nobody behind a link.

    Inside the network names lead to the gateway as before: the interface has names of its own.
    """

    endpoint_id: pulumi.Output[str]
    url: pulumi.Output[str]
    """Where S3 answers; empty as long as AWS has not told."""

    def __init__(
        self, name: str, args: RemoteStoreEndpointArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make the endpoint.

        Raises:
            ValueError: if nobody could reach it.
        """
        super().__init__("mizan:components:RemoteStoreEndpoint", name, None, opts)
        if not args.blocks:
            raise ValueError(f"{name}: no address block is given; allowed: those behind the link")
        child = pulumi.ResourceOptions(parent=self)
        group = ec2.SecurityGroup(
            f"{name}-clients",
            description="Objects over the link: HTTPS from on premises",
            vpc_id=args.vpc_id,
            tags=args.tags.of(f"{name}-clients"),
            opts=child,
        )
        for block in args.blocks:
            vpc.SecurityGroupIngressRule(
                f"{name}-{block}",
                security_group_id=group.id,
                description="HTTPS from on premises",
                cidr_ipv4=block,
                ip_protocol="tcp",
                from_port=endpoints.HTTPS,
                to_port=endpoints.HTTPS,
                tags=args.tags.of(f"{name}-{block}"),
                opts=child,
            )
        endpoint = ec2.VpcEndpoint(
            f"{name}-interface",
            vpc_id=args.vpc_id,
            service_name=f"com.amazonaws.{args.region}.s3",
            vpc_endpoint_type="Interface",
            private_dns_enabled=False,
            subnet_ids=list(args.subnet_ids.values()),
            security_group_ids=[group.id],
            policy=json.dumps(args.policy),
            tags=args.tags.of(f"{name}-interface"),
            opts=child,
        )
        self.endpoint_id = endpoint.id
        self.url = endpoint.dns_entries.apply(_url)
        self.register_outputs({"endpoint_id": self.endpoint_id, "url": self.url})


def _url(entries: Sequence[Any] | None) -> str:
    """The first name of an interface of S3, below which `bucket` answers for all buckets."""
    if not entries:
        return ""
    return f"https://bucket.{str(entries[0].dns_name).removeprefix('*.')}"
