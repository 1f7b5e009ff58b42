"""A record of every flow of the network, accepted or refused."""

from typing import TYPE_CHECKING

import pulumi
from pulumi_aws import ec2
from pulumi_aws import iam as aws_iam

from components import iam

if TYPE_CHECKING:
    from components.network import NetworkArgs


def build(
    name: str,
    vpc_id: pulumi.Input[str],
    args: "NetworkArgs",
    opts: pulumi.ResourceOptions,
) -> None:
    """Log the flows of a network, with the role that writes them."""
    group = args.logs.group(f"{name}-flows", opts)
    role = aws_iam.Role(
        f"{name}-flows",
        assume_role_policy=iam.trusted("vpc-flow-logs.amazonaws.com", account=args.account),
        tags=args.tags.of(f"{name}-flows"),
        opts=opts,
    )
    rights = aws_iam.RolePolicy(
        f"{name}-flows",
        role=role.id,
        policy=iam.document(
            iam.allow(
                ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                [group.arn, pulumi.Output.concat(group.arn, ":log-stream:*")],
            ),
        ),
        opts=opts,
    )
    ec2.FlowLog(
        f"{name}-flows",
        vpc_id=vpc_id,
        traffic_type="ALL",
        log_destination_type="cloud-watch-logs",
        log_destination=group.arn,
        iam_role_arn=role.arn,
        max_aggregation_interval=60,
        tags=args.tags.of(f"{name}-flows"),
        opts=pulumi.ResourceOptions(parent=opts.parent, depends_on=[rights]),
    )
