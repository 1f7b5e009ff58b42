"""What the controller of elastic nodes may do: launch and end nodes of its own cluster, no more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from components import iam
from components.elastic_capacity.interruption import Interruption

MADE = (
    "fleet",
    "instance",
    "launch-template",
    "network-interface",
    "spot-instances-request",
    "volume",
)
"""What comes into being when a node is launched."""

READ = (
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeCapacityReservations",
    "ec2:DescribeImages",
    "ec2:DescribeInstanceStatus",
    "ec2:DescribeInstances",
    "ec2:DescribeInstanceTypeOfferings",
    "ec2:DescribeInstanceTypes",
    "ec2:DescribeLaunchTemplates",
    "ec2:DescribePlacementGroups",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSpotPriceHistory",
    "ec2:DescribeSubnets",
)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The only things that the controller may touch."""

    account: str
    region: str
    cluster: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    security_group_ids: Sequence[pulumi.Input[str]]
    node_role_arn: pulumi.Input[str]
    instance_profile_arn: pulumi.Input[str]
    volume_key_arn: pulumi.Input[str]

    def of_account(self, kind: str, name: pulumi.Input[str] = "*") -> pulumi.Output[str]:
        """The ARN of something that EC2 keeps for the account."""
        return pulumi.Output.concat(
            "arn:aws:ec2:", self.region, ":", self.account, ":", kind, "/", name
        )

    def of_region(self, service: str, name: str) -> str:
        """The ARN of something that the provider publishes in the region."""
        return f"arn:aws:{service}:{self.region}::{name}"

    @property
    def owned(self) -> pulumi.Output[str]:
        """The tag that every node of the cluster carries."""
        return pulumi.Output.concat("kubernetes.io/cluster/", self.cluster)


def statements(scope: Scope, warnings: Interruption | None) -> list[Mapping[str, Any]]:
    """The rights of the controller: what it changes bears the tag of its cluster.

    It may put that tag on what it makes, and on nothing that is there already.

    Args:
        scope: What it may touch.
        warnings: The queue that it listens to, if any.
    """
    heard = _hear(scope, warnings) if warnings else []
    return [*_launch(scope), *_change(scope), *_read(scope), *heard, *_use(scope)]


def _tagged(scope: Scope, holder: str, **more: Any) -> dict[str, Any]:
    """That a request or a resource carries the tags of an elastic node of this cluster."""
    key = pulumi.Output.concat("aws:", holder, "/", scope.owned)
    owned = pulumi.Output.all(key).apply(lambda found: {str(found[0]): "owned"})
    return {
        "StringEquals": pulumi.Output.all(owned, more).apply(lambda both: {**both[0], **both[1]}),
        "StringLike": {f"aws:{holder}/karpenter.sh/nodepool": "*"},
    }


def _launch(scope: Scope) -> list[Mapping[str, Any]]:
    return [
        # What a node is launched from, which is there already.
        iam.allow(
            ["ec2:RunInstances", "ec2:CreateFleet"],
            [
                scope.of_region("ec2", "image/*"),
                scope.of_region("ec2", "snapshot/*"),
                *(scope.of_account("subnet", one) for one in scope.subnet_ids),
                *(scope.of_account("security-group", one) for one in scope.security_group_ids),
                scope.of_account("placement-group"),
            ],
            Sid="LaunchFrom",
        ),
        iam.allow(
            ["ec2:RunInstances", "ec2:CreateFleet"],
            [scope.of_account("launch-template")],
            Sid="LaunchByTemplate",
            Condition=_tagged(scope, "ResourceTag"),
        ),
        iam.allow(
            ["ec2:RunInstances", "ec2:CreateFleet", "ec2:CreateLaunchTemplate"],
            [scope.of_account(kind) for kind in MADE],
            Sid="LaunchTagged",
            Condition=_tagged(
                scope, "RequestTag", **{"aws:RequestTag/eks:eks-cluster-name": scope.cluster}
            ),
        ),
        iam.allow(
            ["ec2:CreateTags"],
            [scope.of_account(kind) for kind in MADE],
            Sid="TagAtLaunch",
            Condition=_tagged(
                scope,
                "RequestTag",
                **{
                    "aws:RequestTag/eks:eks-cluster-name": scope.cluster,
                    "ec2:CreateAction": ["RunInstances", "CreateFleet", "CreateLaunchTemplate"],
                },
            ),
        ),
    ]


def _change(scope: Scope) -> list[Mapping[str, Any]]:
    return [
        iam.allow(
            ["ec2:CreateTags"],
            [scope.of_account("instance")],
            Sid="TagNodes",
            Condition={
                **_tagged(scope, "ResourceTag"),
                "ForAllValues:StringEquals": {
                    "aws:TagKeys": ["eks:eks-cluster-name", "karpenter.sh/nodeclaim", "Name"]
                },
            },
        ),
        iam.allow(
            ["ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"],
            [scope.of_account("instance"), scope.of_account("launch-template")],
            Sid="EndNodes",
            Condition=_tagged(scope, "ResourceTag"),
        ),
    ]


def _read(scope: Scope) -> list[Mapping[str, Any]]:
    return [
        # EC2 knows no resource in these calls, so the region is all that can be asked for.
        iam.allow(
            READ,
            ["*"],
            Sid="ReadRegion",
            Condition={"StringEquals": {"aws:RequestedRegion": scope.region}},
        ),
        iam.allow(["iam:GetInstanceProfile"], [scope.instance_profile_arn], Sid="FindProfile"),
    ]


def _hear(scope: Scope, warnings: Interruption) -> list[Mapping[str, Any]]:
    return [
        iam.allow(
            ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"],
            [warnings.arn],
            Sid="HearOfEnds",
        ),
        iam.allow(
            ["kms:Decrypt"],
            [warnings.key_arn],
            Sid="ReadQueue",
            Condition={
                "StringEquals": {"kms:ViaService": f"sqs.{scope.region}.amazonaws.com"},
            },
        ),
    ]


def _use(scope: Scope) -> list[Mapping[str, Any]]:
    through_ec2 = {"kms:ViaService": f"ec2.{scope.region}.amazonaws.com"}
    return [
        iam.allow(
            ["iam:PassRole"],
            [scope.node_role_arn],
            Sid="GiveRole",
            Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        ),
        iam.allow(
            ["kms:CreateGrant"],
            [scope.volume_key_arn],
            Sid="LendDiskKey",
            Condition={
                "StringEquals": through_ec2,
                "Bool": {"kms:GrantIsForAWSResource": "true"},
            },
        ),
        iam.allow(
            [
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            ],
            [scope.volume_key_arn],
            Sid="MakeDisks",
            Condition={"StringEquals": through_ec2},
        ),
    ]
