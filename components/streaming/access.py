"""Who may do what on a topic: policy documents for MSK's IAM access control."""

from collections.abc import Mapping, Sequence

import pulumi

from components import iam
from components.streaming.topics import TopicAccess, TopicGrant


def keeper(cluster_arn: pulumi.Input[str], topics: Sequence[str]) -> pulumi.Output[str]:
    """May make these topics and set their retention, and reads or writes no record.

    Args:
        cluster_arn: ARN of the cluster.
        topics: Names of the topics; a trailing `*` stands for any ending.
    """
    return iam.document(
        _connect(cluster_arn, "kafka-cluster:DescribeCluster"),
        iam.allow(
            [
                "kafka-cluster:AlterTopic",
                "kafka-cluster:AlterTopicDynamicConfiguration",
                "kafka-cluster:CreateTopic",
                "kafka-cluster:DescribeTopic",
                "kafka-cluster:DescribeTopicDynamicConfiguration",
            ],
            [_of(cluster_arn, "topic", topic) for topic in topics],
        ),
    )


def mirror(
    cluster_arn: pulumi.Input[str], topics: Sequence[str], groups: Sequence[str]
) -> pulumi.Output[str]:
    """May read these topics and see how far these groups came, and changes nothing.

    Args:
        cluster_arn: ARN of the cluster.
        topics: Names of the topics; a trailing `*` stands for any ending.
        groups: Names of the consumer groups.
    """
    return iam.document(
        _connect(cluster_arn, "kafka-cluster:DescribeCluster"),
        iam.allow(
            [
                "kafka-cluster:DescribeTopic",
                "kafka-cluster:DescribeTopicDynamicConfiguration",
                "kafka-cluster:ReadData",
            ],
            [_of(cluster_arn, "topic", topic) for topic in topics],
        ),
        iam.allow(
            ["kafka-cluster:DescribeGroup"],
            [_of(cluster_arn, "group", group) for group in groups],
        ),
    )


def grant_documents(
    cluster_arn: pulumi.Input[str], grants: Sequence[TopicGrant]
) -> Mapping[str, pulumi.Output[str]]:
    """The policy document of each user, with everything that it was granted.

    Args:
        cluster_arn: ARN of the cluster.
        grants: Who may do what.
    """
    return {user: _document(cluster_arn, user, grants) for user in sorted({g.user for g in grants})}


def _document(
    cluster_arn: pulumi.Input[str], user: str, grants: Sequence[TopicGrant]
) -> pulumi.Output[str]:
    reads, writes = (
        [grant.topic for grant in grants if grant.user == user and grant.access is access]
        for access in (TopicAccess.READ, TopicAccess.WRITE)
    )
    statements = [_connect(cluster_arn, *(["kafka-cluster:WriteDataIdempotently"] * bool(writes)))]
    if writes:
        statements.append(
            iam.allow(
                ["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"],
                [_of(cluster_arn, "topic", topic) for topic in writes],
            )
        )
    if reads:
        statements += [
            iam.allow(
                ["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"],
                [_of(cluster_arn, "topic", topic) for topic in reads],
            ),
            iam.allow(
                ["kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"],
                [_of(cluster_arn, "group", user)],
            ),
        ]
    return iam.document(*statements)


def _connect(cluster_arn: pulumi.Input[str], *more: str) -> dict[str, object]:
    return iam.allow(["kafka-cluster:Connect", *more], [cluster_arn])


def _of(cluster_arn: pulumi.Input[str], kind: str, name: str) -> pulumi.Output[str]:
    """ARN of a topic or group: the cluster's, with its name and unique id in the middle."""
    if not name or "/" in name:
        raise ValueError(f"the {kind} {name!r} is no name of a {kind}: give it without slashes")
    return pulumi.Output.from_input(cluster_arn).apply(
        lambda arn: f"{arn.replace(':cluster/', f':{kind}/', 1)}/{name}"
    )
