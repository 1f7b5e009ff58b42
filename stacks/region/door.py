"""The door of a region for clients inside the organisation, where the environment asks for one."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.address_admission import AddressAdmission, AddressAdmissionArgs
from components.cluster import Cluster
from components.connection import Peer
from components.edge import Authority, AuthorityArgs, Edge, EdgeArgs, Mode
from components.network import Role
from components.target_registration import (
    TargetRegistration,
    TargetRegistrationArgs,
    readiness_gate,
)
from stacks import place, sizing
from stacks.region.facts import Facts
from stacks.region.surroundings import Surroundings, declared
from stacks.sites.realisation import Door
from workloads.serving.workload import PORT

AUTHORITY_YEARS = 10
HEALTH = "/v2/health/ready"
DRAIN_SECONDS = 30
"""Time in which a leaving pod still answers: its deregistration has to reach every node of the
load balancer, and two failed health checks would take it out too."""


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


@dataclass(frozen=True, kw_only=True)
class Led:
    """To whom the door leads, and what sees to it."""

    cluster: pulumi.Input[str]
    """Name of the cluster."""
    image: str
    """Image of the controller that registers pods."""
    target: Peer
    """Pods of the service."""
    service: str
    """Name of the service."""
    port: int
    """Port of the service and of its pods."""
    reachable_blocks: Sequence[str]
    """Where the API server and the provider's endpoints answer."""


def lead_to(
    facts: Facts, around: Surroundings, edge: Edge, led: Led, opts: pulumi.ResourceOptions
) -> Door:
    """Let the load balancer reach the pods, and keep its targets the same as the pods.

    Args:
        facts: The environment in its region.
        around: The network.
        edge: The load balancer.
        led: To whom it leads.
        opts: Options of whatever stands in the cluster.
    """
    admission = AddressAdmission(
        "door-to-serving",
        AddressAdmissionArgs(
            # Its addresses come and go within its subnets, where nothing else stands.
            blocks=list(around.plan.subnets[Role.EDGE].values()),
            target=led.target,
            ports=[led.port],
        ),
        opts=opts,
    )
    registration = TargetRegistration(
        "door",
        TargetRegistrationArgs(
            cluster_name=led.cluster,
            account=facts.account,
            region=facts.region,
            vpc_id=around.network.vpc_id,
            target_group_arn=edge.target_group_arn,
            target_namespace=led.target.namespace,
            service=led.service,
            port=led.port,
            namespace=place.DOOR,
            image=led.image,
            compute=sizing.own_compute(sizing.REGISTRATION),
            tls_secret=place.DOOR_TLS,
            reachable_blocks=led.reachable_blocks,
            tags=facts.tags("serving", data_class="internal"),
        ),
        opts=opts,
    )
    return Door(
        parts=[admission, registration],
        gates=[readiness_gate(led.service)],
        drain_seconds=DRAIN_SECONDS,
    )
