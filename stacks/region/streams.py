"""Kafka as a service of the region, where the environment names machines for it."""

from collections.abc import Mapping

import pulumi

from components.cluster import Cluster
from components.network import Role
from components.streaming import Aws, Brokers, Streaming, StreamingArgs
from stacks import brokers
from stacks.region.facts import Facts
from stacks.region.surroundings import Surroundings

KAFKA_VERSION = "3.9.x"


def build(
    facts: Facts,
    keys: Mapping[str, pulumi.Input[str]],
    around: Surroundings,
    cluster: Cluster,
    opts: pulumi.ResourceOptions,
) -> Streaming | None:
    """Make the brokers, which only nodes and the site on premises reach; None if none is asked for.

    Args:
        facts: The environment in its region.
        keys: ARN of each key, by purpose.
        around: The network.
        cluster: The cluster, whose nodes are clients.
        opts: Options of the brokers.
    """
    wanted = facts.environment.streaming
    if wanted is None or wanted.machine is None:
        return None
    outside = around.private_blocks[1:]
    return Streaming(
        "streaming",
        StreamingArgs(
            topics=brokers.topics(wanted),
            grants=brokers.grants(wanted),
            site=Aws(
                brokers=Brokers(
                    kafka_version=KAFKA_VERSION,
                    kind=f"kafka.{wanted.machine}",
                    count=wanted.brokers,
                    storage_gib=wanted.volume_size_gib,
                    largest_storage_gib=wanted.max_volume_size_gib or wanted.volume_size_gib,
                    retention_hours=wanted.retention_hours,
                ),
                vpc_id=around.network.vpc_id,
                subnet_ids=around.subnets(Role.DATA),
                key_arn=keys["streaming"],
                log_key_arn=keys["logs"],
                log_retention_days=facts.log_days,
                client_security_group_ids={"nodes": cluster.security_group_id},
                client_cidrs={f"on-premises-{at}": block for at, block in enumerate(outside)},
                tags=facts.tags("landing", profile="streaming"),
            ),
        ),
        opts=opts,
    )
