"""A pool's fixed nodes: a managed node group in each zone, and what its elastic nodes share."""

import base64
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws.ec2 import LaunchTemplate, PlacementGroup
from pulumi_aws.eks import NodeGroup

from components.node_pool import bottlerocket
from components.node_pool.launch import Launch
from components.node_pool.machine import (
    FABRIC_RESOURCE,
    GPU_RESOURCE,
    POOL_LABEL,
    PURPOSE_LABEL,
    Machine,
    Pool,
    Taint,
    refuse_missing_architecture,
)
from components.tags import Tags

__all__ = [
    "FABRIC_RESOURCE",
    "GPU_RESOURCE",
    "POOL_LABEL",
    "PURPOSE_LABEL",
    "Launch",
    "Machine",
    "NodePool",
    "NodePoolArgs",
    "Pool",
    "Taint",
    "refuse_missing_architecture",
]

TAGGED = ("instance", "volume", "network-interface")


@dataclass(frozen=True, kw_only=True)
class NodePoolArgs:
    """Which machines, in which cluster, out of what."""

    pool: Pool
    """What the pool is."""
    images: Mapping[str, Collection[str]]
    """Every image that its pods run, with the architectures (`x86_64`) that it is built for."""
    cluster: pulumi.Input[str]
    """Name of the cluster."""
    kubernetes_version: str
    """Version of the nodes, which follows that of the cluster (`1.34`)."""
    node_role_arn: pulumi.Input[str]
    """Role of the nodes (`NodeIdentity.role_arn`)."""
    launch: Launch
    """Network, disks and tags of the nodes."""
    tags: Tags
    """What the pool is for."""


class NodePool(pulumi.ComponentResource):
    """The nodes of a pool that are always there, one managed group in each zone.

    A zone's group stays in its zone, so that a volume's pod always finds a node where the volume
    is. A pool without fixed nodes makes no group. Where nodes train together, a placement group
    brings them close; elastic nodes join it too.
    """

    pool: Pool
    """What the pool is."""
    placement_group: pulumi.Output[str | None]
    """Name of the placement group; None for pools whose nodes do not train together."""
    groups: Mapping[str, pulumi.Output[str]]
    """Zone to name of its node group, where it has fixed nodes."""

    def __init__(
        self, name: str, args: NodePoolArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make the pool.

        Raises:
            ValueError: if an image lacks the architecture, or a zone has no subnet.
        """
        super().__init__("mizan:components:NodePool", name, None, opts)
        pool = self.pool = args.pool
        refuse_missing_architecture(pool, args.images)
        args.launch.subnets_of(pool)
        self.placement_group = pulumi.Output.from_input(None)
        if pool.fabric:
            together = PlacementGroup(
                f"{name}-placement",
                strategy="cluster",
                tags=args.tags.of(f"{name}-placement"),
                opts=pulumi.ResourceOptions(parent=self),
            )
            self.placement_group = together.name
        self.groups = {}
        fixed = pool.fixed_nodes()
        if fixed:
            template = self._template(name, args)
            self.groups = {
                zone: self._group(name, args, template, zone, count).node_group_name
                for zone, count in fixed.items()
            }
        self.register_outputs({"placement_group": self.placement_group, "groups": self.groups})

    def _template(self, name: str, args: NodePoolArgs) -> LaunchTemplate:
        """What every fixed node is launched from."""
        pool = args.pool
        settings = bottlerocket.user_data(pool, args.launch.dns_address)
        more: dict[str, Any] = {"vpc_security_group_ids": list(args.launch.security_group_ids)}
        if pool.fabric:
            more = {
                "network_interfaces": _interfaces(args),
                "placement": {"group_name": self.placement_group},
            }
        more["user_data"] = base64.b64encode(settings.encode()).decode()
        tags = {**args.launch.machine_tags, **args.tags.of(pool.name)}
        return LaunchTemplate(
            f"{name}-template",
            update_default_version=True,
            metadata_options={
                "http_endpoint": "enabled",
                "http_tokens": "required",
                "http_put_response_hop_limit": bottlerocket.METADATA_HOPS,
                "http_protocol_ipv6": "disabled",
                "instance_metadata_tags": "disabled",
            },
            monitoring={"enabled": True},
            block_device_mappings=[
                {
                    "device_name": device,
                    "ebs": {
                        "volume_type": "gp3",
                        "volume_size": size,
                        "encrypted": "true",
                        "kms_key_id": args.launch.volume_key_arn,
                        "delete_on_termination": "true",
                    },
                }
                for device, size in bottlerocket.disks(args.pool.volume_gib).items()
            ],
            tag_specifications=[{"resource_type": kind, "tags": tags} for kind in TAGGED],
            tags=args.tags.of(f"{name}-template"),
            opts=pulumi.ResourceOptions(parent=self),
            **more,
        )

    def _group(
        self, name: str, args: NodePoolArgs, template: LaunchTemplate, zone: str, count: int
    ) -> NodeGroup:
        """The fixed nodes of one zone. What comes and goes is elastic, so the size is fixed."""
        pool = args.pool
        return NodeGroup(
            f"{name}-{zone}",
            cluster_name=args.cluster,
            version=args.kubernetes_version,
            node_role_arn=args.node_role_arn,
            subnet_ids=[args.launch.subnet_ids[zone]],
            ami_type=bottlerocket.ami_type(pool),
            instance_types=[pool.machine.instance_type],
            # Fixed nodes carry what must stay, so they are never spare capacity.
            capacity_type="ON_DEMAND",
            scaling_config={"min_size": count, "desired_size": count, "max_size": count},
            update_config={"max_unavailable": 1},
            node_repair_config={"enabled": True},
            labels=pool.labels(),
            taints=[taint.effect("eks") for taint in pool.taints()],
            launch_template={
                "id": template.id,
                "version": template.latest_version.apply(str),
            },
            tags=args.tags.of(f"{name}-{zone}"),
            opts=pulumi.ResourceOptions(parent=self),
        )


def _interfaces(args: NodePoolArgs) -> list[dict[str, Any]]:
    """The interfaces of nodes that train together; none has a public address, by the subnet."""
    return [
        {
            "network_card_index": one.card,
            "device_index": one.device,
            "interface_type": one.kind,
            "security_groups": list(args.launch.security_group_ids),
            "delete_on_termination": "true",
        }
        for one in bottlerocket.interfaces(args.pool)
    ]
