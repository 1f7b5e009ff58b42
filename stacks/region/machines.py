"""The cluster of a region and its machines: fixed pools, elastic capacity, who may enter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi

from components.cluster import AddOns, AddOnsArgs, Cluster, ClusterArgs
from components.gpu_sharing import GpuSharing
from components.network import Role
from components.node_identity import NodeIdentity, NodeIdentityArgs
from components.node_pool import (
    POOL_LABEL,
    PURPOSE_LABEL,
    Launch,
    Machine,
    NodePool,
    NodePoolArgs,
    Pool,
)
from components.node_pool.machine import TAINTED
from components.tags import Tags
from environments import NodePool as DeclaredPool
from environments import Purpose
from stacks import place
from stacks.images import Images
from stacks.region.facts import Facts
from stacks.region.surroundings import Surroundings

__all__ = ["POOL_LABEL", "PURPOSE_LABEL", "Machines", "build", "pool", "pools"]

FABRIC_INTERFACES: Final[Mapping[str, int]] = {"p5en.48xlarge": 16}
"""EFA interfaces of the machines that train together, by instance type.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html"""

WORKLOADS_OF: Final[Mapping[Purpose, str]] = {
    Purpose.GPU_TRAINING: "training",
    Purpose.CPU_TRAINING: "training",
    Purpose.CPU_INFERENCE: "serving",
    Purpose.DATA: "landing",
}
"""Which workload a pool's nodes are paid for."""


ANYWHERE: Final = ("issuer", "karpenter", "load-balancer-controller")
"""Images of pods that run on any node that no taint keeps them from."""


def purpose_of(facts: Facts, workload: str) -> Purpose:
    """The pools that a workload's pods run on."""
    if workload == "training":
        gpus = facts.environment.workloads.training.gpus
        return Purpose.GPU_TRAINING if gpus else Purpose.CPU_TRAINING
    there = {declared.purpose for declared, _ in pools(facts)}
    if workload in {"landing", "batch"} and Purpose.DATA in there:
        return Purpose.DATA
    return Purpose.CPU_INFERENCE


def pool(facts: Facts, declared: DeclaredPool) -> Pool:
    """A declared pool with what the region's facts say of its machines."""
    family, size = facts.site.facts.families[declared.family], declared.instance
    if size is None:
        raise pulumi.RunError(f"pool {declared.name}: {declared.instance_type} is not known")
    machine = Machine(
        instance_type=declared.instance_type,
        vcpus=size.cpus,
        memory_gib=int(size.memory_gib),
        architecture=family.architecture,
        accelerator=family.accelerator,
        accelerators=size.gpus,
        fabric_interfaces=FABRIC_INTERFACES.get(declared.instance_type, 0),
    )
    return Pool(
        name=declared.name,
        purpose=declared.purpose.value,
        machines=[machine],
        zones=declared.zones,
        min_nodes=declared.min_nodes,
        max_nodes=declared.max_nodes,
        volume_gib=declared.volume_size_gib,
        spot=declared.spot,
        sharing=_sharing(declared),
    )


def pools(facts: Facts) -> list[tuple[DeclaredPool, Pool]]:
    """Every pool of the region's own site."""
    return [
        (declared, pool(facts, declared))
        for declared in facts.environment.node_pools
        if declared.site == facts.site.name
    ]


def _sharing(declared: DeclaredPool) -> GpuSharing:
    if declared.gpu_slices == 1:
        return GpuSharing()
    return GpuSharing(strategy=declared.gpu_sharing, parts=declared.gpu_slices)


@dataclass(frozen=True, kw_only=True)
class Machines:
    """A cluster with nodes in it."""

    cluster: Cluster
    nodes: NodeIdentity
    pools: Sequence[Pool]
    """Every pool, fixed and elastic."""
    tags: Mapping[str, Tags]
    """What the nodes of each pool are for, by its name."""
    made: Mapping[str, NodePool]
    """The fixed part of each, by its name."""
    launch: Launch
    """What nodes are launched with."""
    add_ons: AddOns
    """Ready once names resolve and volumes are made."""


def build(
    facts: Facts,
    keys: Mapping[str, pulumi.Input[str]],
    around: Surroundings,
    images: Images,
    opts: pulumi.ResourceOptions,
) -> Machines:
    """Make the cluster, the fixed nodes of every pool, and what needs nodes to run on.

    Args:
        facts: The environment in its region.
        keys: ARN of each key, by purpose.
        around: The network.
        images: What pods run, and on which processors.
        opts: Options of every part.
    """
    wanted = facts.environment
    subnet_ids = around.subnets(Role.NODES)
    cluster = Cluster(
        "cluster",
        ClusterArgs(
            name=f"mizan-{wanted.name}",
            kubernetes_version=wanted.cluster.version,
            region=facts.region,
            account=facts.account,
            vpc_id=around.network.vpc_id,
            subnet_ids=subnet_ids,
            client_blocks=around.private_blocks,
            secrets_key_arn=keys["secrets"],
            log_key_arn=keys["logs"],
            log_days=wanted.cluster.log_days,
            admin_role_arns=wanted.cluster.admin_roles,
            may_be_deleted=facts.may_delete("cluster-control-plane"),
            tags=facts.tags(),
        ),
        opts=opts,
    )
    nodes = NodeIdentity(
        "nodes", NodeIdentityArgs(cluster=cluster.name, tags=facts.tags()), opts=opts
    )
    declared = pools(facts)
    launch = _launch(facts, cluster, keys, subnet_ids)
    tags = {
        one.name: facts.tags(WORKLOADS_OF[source.purpose], profile=source.purpose.value)
        for source, one in declared
    }
    made = {
        one.name: NodePool(
            f"pool-{one.name}",
            NodePoolArgs(
                pool=one,
                images={name: images.built_for(name) for name in _images_of(facts, one)},
                cluster=cluster.name,
                kubernetes_version=wanted.cluster.version,
                node_role_arn=nodes.role_arn,
                launch=launch,
                tags=tags[one.name],
            ),
            opts=opts,
        )
        for source, one in declared
    }
    add_ons = AddOns(
        "add-ons",
        AddOnsArgs(
            cluster=cluster.name,
            kubernetes_version=wanted.cluster.version,
            account=facts.account,
            volume_key_arn=keys["volumes"],
            machine_tags=wanted.tags,
            tags=facts.tags(),
        ),
        opts=pulumi.ResourceOptions.merge(
            opts, pulumi.ResourceOptions(depends_on=list(made.values()))
        ),
    )
    return Machines(
        cluster=cluster,
        nodes=nodes,
        pools=[one for _, one in declared],
        tags=tags,
        made=made,
        launch=launch,
        add_ons=add_ons,
    )


def _launch(
    facts: Facts,
    cluster: Cluster,
    keys: Mapping[str, pulumi.Input[str]],
    subnet_ids: Mapping[str, pulumi.Input[str]],
) -> Launch:
    return Launch(
        subnet_ids=subnet_ids,
        security_group_ids=[cluster.security_group_id],
        volume_key_arn=keys["volumes"],
        dns_address=cluster.dns_address,
        machine_tags=facts.environment.tags,
    )


def _images_of(facts: Facts, one: Pool) -> Sequence[str]:
    """The images that a pool's pods run."""
    if one.purpose in TAINTED:
        return ("training",)
    working = [*place.WORKLOADS, *(place.IN_BULK if facts.environment.batch else ())]
    placed = [name for name in working if purpose_of(facts, name).value == one.purpose]
    return [*placed, *ANYWHERE]
