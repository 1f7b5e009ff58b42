"""Nodes that come when pods wait and go when they are empty (Karpenter), within declared limits."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.apiextensions.v1 import CustomResourceDefinition

from components.cluster import Cluster
from components.compute import Compute
from components.elastic_capacity import declared_pools, definitions, interruption
from components.elastic_capacity.controller import NAME, Controller
from components.elastic_capacity.permissions import Scope, statements
from components.iam import document
from components.node_identity import NodeIdentity
from components.node_pool import Launch, Pool
from components.pod_identity import PodIdentity, PodIdentityArgs
from components.tags import Tags

__all__ = ["ElasticCapacity", "ElasticCapacityArgs"]

RELEASE = re.compile(r"\d+\.\d+\.\d+")


@dataclass(frozen=True, kw_only=True)
class ElasticCapacityArgs:
    """Which pools may grow, in which cluster, and what the controller runs on."""

    cluster: Cluster
    """The cluster."""
    nodes: NodeIdentity
    """Who its nodes are."""
    account: str
    """Number of the account."""
    region: str
    """Region of the cluster."""
    pools: Sequence[Pool]
    """All pools; those that may not grow beyond their fixed nodes get nothing here."""
    pool_tags: Mapping[str, Tags]
    """Pool to what its nodes are for, by which they are paid."""
    placement_groups: Mapping[str, pulumi.Input[str]]
    """Pool to placement group, for the pools that have one (`NodePool.placement_group`)."""
    launch: Launch
    """Network, disks and tags of the nodes."""
    kubernetes_version: str
    """Version of the nodes, which follows that of the cluster (`1.34`)."""
    bottlerocket_version: str
    """Release of the nodes' operating system (`1.54.0`); another one replaces them, few by few."""
    queue_key_arn: pulumi.Input[str] | None
    """Key of the warnings that a node may end, which `events.amazonaws.com` may use; None where
    the network does not lead to SQS: there is no queue then, and nodes end without a warning."""
    namespace: str
    """Namespace of the controller."""
    image: pulumi.Input[str]
    """Image of the controller (Karpenter from 1.14), by digest."""
    compute: Compute
    """CPU and memory of each of its pods."""
    replicas: int = 2
    """Number of its pods, of which one works and the others wait to take over."""
    reachable_blocks: Sequence[str]
    """Address blocks (CIDR) of the cluster's Services, its API server and the cloud's endpoints."""
    tags: Tags
    """What elastic capacity is for."""


class ElasticCapacity(pulumi.ComponentResource):
    """Elastic nodes for every pool that may grow, up to its most nodes and never beyond.

    The controller itself runs on fixed nodes. It may touch what bears the tag of this cluster, and
    it hears of spot interruptions and failing hosts two minutes before they happen, where it
    reaches the queue of such warnings.
    """

    queue_name: pulumi.Output[str | None]
    role_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: ElasticCapacityArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make elastic capacity.

        Raises:
            ValueError: if no pool has a fixed node to run the controller on, or a version is not
                written as one.
        """
        super().__init__("mizan:components:ElasticCapacity", name, None, opts)
        fixed = [pool.name for pool in args.pools if pool.min_nodes and not pool.taints()]
        if not fixed:
            raise ValueError(
                f"{name}: no pool without taints has a fixed node for the controller, which cannot "
                "add the node that it waits for itself: give one of them min_nodes of 1 or more"
            )
        if not RELEASE.fullmatch(args.bottlerocket_version):
            raise ValueError(
                f"{name}: {args.bottlerocket_version!r} is no release of Bottlerocket: name one, "
                "such as 1.54.0, since the latest would replace nodes on a day nobody chose"
            )
        child = pulumi.ResourceOptions(parent=self)
        warnings = (
            interruption.build(name, key_arn=args.queue_key_arn, tags=args.tags, opts=child)
            if args.queue_key_arn is not None
            else None
        )
        identity = PodIdentity(
            f"{name}-identity",
            PodIdentityArgs(
                cluster_name=args.cluster.name,
                namespace=args.namespace,
                service_account=NAME,
                documents={"nodes": document(*statements(_scope(args), warnings))},
                account=args.account,
                tags=args.tags,
            ),
            opts=child,
        )
        kinds = [
            CustomResourceDefinition(
                f"{name}-{plural}",
                metadata={"name": f"{plural}.{definitions.KINDS[plural][0]}"},
                spec=definitions.definition(plural),
                opts=child,
            )
            for plural in definitions.KINDS
        ]
        controller = Controller(
            namespace=args.namespace,
            image=args.image,
            replicas=args.replicas,
            compute=args.compute,
            fixed_pools=fixed,
            reachable_blocks=args.reachable_blocks,
            settings=_settings(args, warnings),
        ).build(name, child, [identity, *kinds])
        for pool in args.pools:
            if pool.growth:
                self._declare(name, args, pool, [*kinds, controller])
        self.queue_name = pulumi.Output.from_input(warnings.name if warnings else None)
        self.role_arn = identity.role_arn
        self.register_outputs({"queue_name": self.queue_name, "role_arn": self.role_arn})

    def _declare(
        self, name: str, args: ElasticCapacityArgs, pool: Pool, ready: list[pulumi.Resource]
    ) -> None:
        """The pool, and what its nodes are made of, as the controller reads them."""
        made_of = CustomResource(
            f"{name}-{pool.name}-class",
            api_version=f"{definitions.CLOUD_GROUP}/{definitions.VERSION}",
            kind="EC2NodeClass",
            metadata={"name": pool.name},
            spec=declared_pools.node_class(
                pool,
                declared_pools.Made(
                    launch=args.launch,
                    instance_profile=args.nodes.instance_profile,
                    kubernetes_version=args.kubernetes_version,
                    bottlerocket_version=args.bottlerocket_version,
                    placement_groups=args.placement_groups,
                    tags=args.pool_tags,
                ),
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=ready),
        )
        CustomResource(
            f"{name}-{pool.name}-pool",
            api_version=f"{definitions.CORE_GROUP}/{definitions.VERSION}",
            kind="NodePool",
            metadata={"name": pool.name},
            spec=declared_pools.node_pool(pool),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[made_of]),
        )


def _scope(args: ElasticCapacityArgs) -> Scope:
    return Scope(
        account=args.account,
        region=args.region,
        cluster=args.cluster.name,
        subnet_ids=[args.launch.subnet_ids[zone] for zone in sorted(args.launch.subnet_ids)],
        security_group_ids=args.launch.security_group_ids,
        node_role_arn=args.nodes.role_arn,
        instance_profile_arn=args.nodes.instance_profile_arn,
        volume_key_arn=args.launch.volume_key_arn,
    )


def _settings(
    args: ElasticCapacityArgs, warnings: interruption.Interruption | None
) -> dict[str, pulumi.Input[str]]:
    return {
        "AWS_REGION": args.region,
        "CLUSTER_NAME": args.cluster.name,
        "CLUSTER_ENDPOINT": args.cluster.endpoint,
        "CLUSTER_CA_BUNDLE": args.cluster.certificate_authority,
        # Without the variable it asks no queue.
        **({"INTERRUPTION_QUEUE": warnings.name} if warnings else {}),
        # The price list answers from other countries only; without it, known prices are used.
        "ISOLATED_VPC": "true",
        "SYSTEM_NAMESPACE": args.namespace,
        "LOG_LEVEL": "info",
    }
