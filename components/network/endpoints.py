"""Private ways to the services of AWS, each of which serves this account only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi_aws import ec2, vpc

from components import iam

if TYPE_CHECKING:
    from components.network import NetworkArgs

HTTPS = 443

AWS_REGISTRIES = {"me-central-1": ("759879836304", "601769779514")}
"""Accounts in which AWS keeps the images that it runs on nodes, by region.

Those of EKS add-ons: https://docs.aws.amazon.com/eks/latest/userguide/add-ons-images.html
That of GuardDuty: https://docs.aws.amazon.com/guardduty/latest/ug/eks-runtime-agent-ecr-image-uri.html
"""

PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]


def policy(service: str, *, account: str, region: str) -> dict[str, Any]:
    """The policy of an endpoint, as a document.

    Identities of this account reach resources of this account. Without it, whoever gets hold of
    a pod could carry data to an account of his own through the very same door.

    Args:
        service: The service, as AWS names its endpoint (`ecr.api`).
        account: Number of the account.
        region: Region of the endpoint.
    """
    ours = {"aws:PrincipalAccount": account}
    inside = {**ours, "aws:ResourceAccount": account}
    statements = [_statement(["*"], ["*"], inside)]
    if service == "s3":
        # ECR keeps the layers of images in a bucket of AWS's own.
        layers = f"arn:aws:s3:::prod-{region}-starport-layer-bucket/*"
        statements.append(
            iam.allow(["s3:GetObject"], [layers], Principal="*"),
        )
    elif service in {"ecr.api", "ecr.dkr"} and region in AWS_REGISTRIES:
        theirs = [f"arn:aws:ecr:{region}:{owner}:repository/*" for owner in AWS_REGISTRIES[region]]
        statements.append(_statement(PULL, theirs, ours))
    elif service == "ssm":
        published = f"arn:aws:ssm:{region}::parameter/aws/service/*"
        statements.append(_statement(["ssm:GetParameter", "ssm:GetParameters"], [published], ours))
    elif service == "ec2":
        # A node starts from an image that AWS owns, so the resource's account cannot be asked.
        statements.append(
            _statement(
                [
                    "ec2:CreateFleet",
                    "ec2:CreateLaunchTemplate",
                    "ec2:Describe*",
                    "ec2:RunInstances",
                ],
                ["*"],
                ours,
            )
        )
    return {"Version": iam.VERSION, "Statement": statements}


def _statement(
    actions: Sequence[str], resources: Sequence[str], equal: Mapping[str, str]
) -> dict[str, Any]:
    return iam.allow(actions, resources, Principal="*", Condition={"StringEquals": dict(equal)})


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
    """

    def document(service: str) -> pulumi.Output[str]:
        return pulumi.Output.json_dumps(policy(service, account=args.account, region=args.region))

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
