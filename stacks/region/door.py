"""The door of a region for clients inside the organisation, where the environment asks for one."""

import pulumi

from components.cluster import Cluster
from components.edge import Authority, AuthorityArgs, Edge, EdgeArgs, Mode
from components.network import Role
from stacks.region.facts import Facts
from stacks.region.surroundings import Surroundings, declared
from workloads.serving.workload import PORT

AUTHORITY_YEARS = 10
HEALTH = "/v2/health/ready"


def build(
    facts: Facts,
    around: Surroundings,
    cluster: Cluster,
    opts: pulumi.ResourceOptions,
) -> Edge | None:
    """Make the door, with a certificate of the organisation's own; None if none is asked for.

    Args:
        facts: The environment in its region.
        around: The network.
        cluster: The cluster, in whose security group the pods that answer are.
        opts: Options of every part.
    """
    wanted = facts.environment.edge
    if wanted is None:
        return None
    tags = facts.tags("serving")
    authority = Authority(
        "authority-root",
        AuthorityArgs(
            common_name=f"{facts.environment.owner} private authority",
            organisation=facts.environment.owner,
            country=facts.site.country,
            # The load balancer takes its certificate from Certificate Manager, which renews it.
            mode=Mode.GENERAL_PURPOSE,
            years=AUTHORITY_YEARS,
            account=facts.account,
            tags=tags,
        ),
        opts=opts,
    )
    network = declared(facts)
    return Edge(
        "edge",
        EdgeArgs(
            vpc_id=around.network.vpc_id,
            subnet_ids=around.subnets(Role.EDGE),
            clients=network.client_cidrs or [network.cidr],
            domain=wanted.host,
            authority_arn=authority.arn,
            target_security_group_id=cluster.security_group_id,
            target_port=PORT,
            health_path=HEALTH,
            requests_in_five_minutes=wanted.requests_per_five_minutes,
            logs=around.logs,
            removable=facts.may_delete("edge-lb"),
            tags=tags,
        ),
        opts=opts,
    )
