"""Puts the pods of a service behind a load balancer, and takes them out before they end."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.apiextensions.v1 import CustomResourceDefinition

from components import iam
from components.compute import Compute
from components.pod_identity import PodIdentity, PodIdentityArgs
from components.tags import Tags
from components.target_registration import definitions
from components.target_registration.controller import NAME, Controller

__all__ = ["TargetRegistration", "TargetRegistrationArgs", "host_names", "readiness_gate"]

GATE = "target-health.elbv2.k8s.aws"


def host_names(namespace: str) -> list[str]:
    """The names of the controller's own listener, for its certificate."""
    return [f"{NAME}.{namespace}.svc", NAME, "localhost"]


def readiness_gate(service: str) -> str:
    """The condition that the controller sets on pods of a service once they get requests.

    A pod that names it among its readiness gates is not ready before the load balancer has found
    it healthy, so a rollout takes no old pod away too early.
    """
    return f"{GATE}/{service}"


@dataclass(frozen=True, kw_only=True)
class TargetRegistrationArgs:
    """Which service's pods are registered where, and what the controller runs on."""

    cluster_name: pulumi.Input[str]
    """Name of the EKS cluster."""
    account: str
    """Number of the account."""
    region: str
    """Region of the cluster."""
    vpc_id: pulumi.Input[str]
    """Network of the cluster and the load balancer."""
    target_group_arn: pulumi.Input[str]
    """Target group of the load balancer; its targets are addresses, which answer by HTTPS."""
    target_namespace: str
    """Namespace of the service."""
    service: str
    """Name of the service; it may come later."""
    port: int
    """Port of the service."""
    namespace: str
    """Namespace of the controller."""
    image: pulumi.Input[str]
    """Image of the controller (AWS Load Balancer Controller from 3.2), by digest."""
    compute: Compute
    """CPU and memory of each of its pods."""
    replicas: int = 2
    """Number of its pods, of which one works and the others wait to take over."""
    tls_secret: str
    """Certificate of its own listener (`tls.crt`, `tls.key`), in its namespace."""
    reachable_blocks: Sequence[str]
    """Address blocks (CIDR) of the cluster's API server and the cloud's endpoints."""
    tags: Tags
    """What it is for."""


class TargetRegistration(pulumi.ComponentResource):
    """Pods of one service are targets of one load balancer, and no other is touched.

    It is ready before the service: pods that wait for `readiness_gate` need the controller. It
    goes after the service, when no target is left.
    """

    binding: pulumi.Output[str]
    """Name of the binding; known once the controller runs."""
    role_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: TargetRegistrationArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mizan:components:TargetRegistration", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        identity = PodIdentity(
            f"{name}-identity",
            PodIdentityArgs(
                cluster_name=args.cluster_name,
                namespace=args.namespace,
                service_account=NAME,
                documents={"targets": _document(args)},
                account=args.account,
                tags=args.tags,
            ),
            opts=child,
        )
        kinds = [
            CustomResourceDefinition(
                f"{name}-{plural}",
                metadata={"name": f"{plural}.{definitions.GROUP}"},
                spec=definitions.definition(plural),
                opts=child,
            )
            for plural in definitions.KINDS
        ]
        controller = Controller(
            namespace=args.namespace,
            target_namespace=args.target_namespace,
            image=args.image,
            replicas=args.replicas,
            compute=args.compute,
            tls_secret=args.tls_secret,
            reachable_blocks=args.reachable_blocks,
            cluster=args.cluster_name,
            region=args.region,
            vpc_id=args.vpc_id,
        ).build(name, child, [identity, *kinds])
        binding = CustomResource(
            f"{name}-binding-{args.service}",
            api_version=f"{definitions.GROUP}/{definitions.VERSION}",
            kind="TargetGroupBinding",
            metadata={"name": args.service, "namespace": args.target_namespace},
            spec={
                "ipAddressType": "ipv4",
                "serviceRef": {"name": args.service, "port": args.port},
                "targetGroupARN": args.target_group_arn,
                "targetGroupProtocol": "HTTPS",
                "targetType": "ip",
                "vpcID": args.vpc_id,
            },
            # The controller has to outlive it: it takes the last targets out.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[controller]),
        )
        self.binding = binding.id.apply(lambda _: args.service)
        self.role_arn = identity.role_arn
        self.register_outputs({"binding": self.binding, "role_arn": self.role_arn})


def _document(args: TargetRegistrationArgs) -> pulumi.Output[str]:
    """Fill and empty this one target group; look at what AWS knows no resource for."""
    return iam.document(
        iam.allow(
            [
                "elasticloadbalancing:DeregisterTargets",
                "elasticloadbalancing:RegisterTargets",
            ],
            [args.target_group_arn],
            Sid="FillGroup",
        ),
        iam.allow(
            [
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeVpcs",
                "elasticloadbalancing:DescribeTargetHealth",
            ],
            ["*"],
            Sid="ReadRegion",
            Condition={"StringEquals": {"aws:RequestedRegion": args.region}},
        ),
    )
