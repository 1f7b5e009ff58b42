"""Streaming on AWS: MSK across the zones, spoken to over TLS by whom IAM knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
import pulumi_aws as aws

from components.network.plan import PRIVATE
from components.streaming.access import grant_documents
from components.streaming.brokers import Brokers
from components.streaming.topics import TopicGrant
from components.tags import Tags

PORT = 9098
"""Where brokers listen for TLS with IAM credentials; no other listener is on."""
FULL_PERCENT = 60
"""How full a broker's volume may be before it grows."""
VOLUME_SIZE = "brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize"


@dataclass(frozen=True, kw_only=True)
class Aws:
    """Which brokers there are, where, and who may reach them."""

    brokers: Brokers
    """How many, how large, and how long they keep records."""
    vpc_id: pulumi.Input[str]
    """The network."""
    subnet_ids: Mapping[str, pulumi.Input[str]]
    """Data subnet of each of three zones."""
    key_arn: pulumi.Input[str]
    """Key that encrypts the volumes."""
    log_key_arn: pulumi.Input[str]
    """Key that encrypts the brokers' log group."""
    log_retention_days: int
    """How long the brokers' own logs are kept, in days."""
    client_security_group_ids: Mapping[str, pulumi.Input[str]]
    """Security groups whose members may connect, by what they are (`nodes`)."""
    client_cidrs: Mapping[str, str]
    """Private ranges that may connect besides, by what they are (`site-two`)."""
    tags: Tags
    """What the records are for, and how protected they are."""
    log_bucket: pulumi.Input[str] | None = None
    """A bucket that gets the brokers' logs too, beside the log group."""


@dataclass(frozen=True, kw_only=True)
class Built:
    """The brokers, and who may do what with them."""

    arn: pulumi.Output[str]
    """ARN of the cluster."""
    bootstrap_brokers: pulumi.Output[str]
    """Addresses for clients with IAM credentials, by commas."""
    security_group_id: pulumi.Output[str]
    grant_documents: Mapping[str, pulumi.Output[str]]
    """Policy document of each user."""


def build(
    parent: pulumi.ComponentResource, name: str, site: Aws, *, grants: Sequence[TopicGrant]
) -> Built:
    """Make the cluster.

    Topics are made by whoever holds the right of `access.keeper`: AWS has no resource for them.

    Raises:
        ValueError: if the brokers cannot be spread evenly over the zones, or a range that may
            connect is not private.
    """
    site.brokers.in_each(site.subnet_ids)
    for source, cidr in site.client_cidrs.items():
        if not any(IPv4Network(cidr).subnet_of(whole) for whole in PRIVATE):
            raise ValueError(
                f"the range {source} is {cidr}, which is not private: give a part of "
                f"{', '.join(map(str, PRIVATE))}"
            )
    group = _security_group(parent, name, site)
    cluster = _cluster(parent, name, site, group)
    if site.brokers.largest_storage_gib is not None:
        _growth(parent, name, site.brokers.largest_storage_gib, site.tags, cluster)
    return Built(
        arn=cluster.arn,
        bootstrap_brokers=cluster.bootstrap_brokers_sasl_iam,
        security_group_id=group.id,
        grant_documents=grant_documents(cluster.arn, grants),
    )


def _security_group(parent: pulumi.Resource, name: str, args: Aws) -> aws.ec2.SecurityGroup:
    """Admits the clients to the one port; brokers open no connection to anybody."""
    options = pulumi.ResourceOptions(parent=parent)
    group = aws.ec2.SecurityGroup(
        f"{name}-brokers",
        description="Kafka brokers: TLS with IAM credentials, from known clients",
        vpc_id=args.vpc_id,
        tags=args.tags.of(f"{name}-brokers"),
        opts=options,
    )
    for source, identifier in args.client_security_group_ids.items():
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-from-{source}",
            description=f"Kafka over TLS from {source}",
            security_group_id=group.id,
            referenced_security_group_id=identifier,
            ip_protocol="tcp",
            from_port=PORT,
            to_port=PORT,
            tags=args.tags.of(f"{name}-from-{source}"),
            opts=options,
        )
    for source, cidr in args.client_cidrs.items():
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-from-{source}",
            description=f"Kafka over TLS from {source}",
            security_group_id=group.id,
            cidr_ipv4=cidr,
            ip_protocol="tcp",
            from_port=PORT,
            to_port=PORT,
            tags=args.tags.of(f"{name}-from-{source}"),
            opts=options,
        )
    return group


def _cluster(
    parent: pulumi.Resource, name: str, args: Aws, group: aws.ec2.SecurityGroup
) -> aws.msk.Cluster:
    brokers = args.brokers
    logs = aws.cloudwatch.LogGroup(
        f"{name}-logs",
        kms_key_id=args.log_key_arn,
        retention_in_days=args.log_retention_days,
        tags=args.tags.of(f"{name}-logs"),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    configuration = aws.msk.Configuration(
        f"{name}-configuration",
        description="Replication and retention of every topic that does not set its own",
        server_properties=brokers.properties(),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return aws.msk.Cluster(
        f"{name}-cluster",
        kafka_version=brokers.kafka_version,
        number_of_broker_nodes=brokers.count,
        broker_node_group_info={
            "client_subnets": [args.subnet_ids[zone] for zone in sorted(args.subnet_ids)],
            "connectivity_info": {"public_access": {"type": "DISABLED"}},
            "instance_type": brokers.kind,
            "security_groups": [group.id],
            "storage_info": {"ebs_storage_info": {"volume_size": brokers.storage_gib}},
        },
        client_authentication={
            "sasl": {"iam": True, "scram": False},
            "unauthenticated": False,
        },
        configuration_info={
            "arn": configuration.arn,
            "revision": configuration.latest_revision,
        },
        encryption_info={
            "encryption_at_rest_kms_key_arn": args.key_arn,
            "encryption_in_transit": {"client_broker": "TLS", "in_cluster": True},
        },
        enhanced_monitoring="PER_TOPIC_PER_BROKER",
        logging_info={
            "broker_logs": {
                "cloudwatch_logs": {"enabled": True, "log_group": logs.name},
                **_to_bucket(name, args.log_bucket),
            }
        },
        storage_mode="TIERED",
        tags=args.tags.of(f"{name}-cluster"),
        opts=pulumi.ResourceOptions(
            parent=parent,
            # Where it grows by itself the declared size is the first one: MSK shrinks no volume.
            ignore_changes=[VOLUME_SIZE] if brokers.largest_storage_gib is not None else None,
        ),
    )


def _to_bucket(
    name: str, bucket: pulumi.Input[str] | None
) -> dict[str, dict[str, pulumi.Input[str] | bool]]:
    if bucket is None:
        return {}
    return {"s3": {"enabled": True, "bucket": bucket, "prefix": f"kafka/{name}"}}


def _growth(
    parent: pulumi.Resource, name: str, largest_gib: int, tags: Tags, cluster: aws.msk.Cluster
) -> None:
    """Lets the volumes grow before they are full."""
    target = aws.appautoscaling.Target(
        f"{name}-storage",
        service_namespace="kafka",
        scalable_dimension="kafka:broker-storage:VolumeSize",
        resource_id=cluster.arn,
        # Volumes never shrink, so the floor is what MSK accepts as one.
        min_capacity=1,
        max_capacity=largest_gib,
        tags=tags.of(f"{name}-storage"),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    aws.appautoscaling.Policy(
        f"{name}-storage-growth",
        policy_type="TargetTrackingScaling",
        service_namespace=target.service_namespace,
        scalable_dimension=target.scalable_dimension,
        resource_id=target.resource_id,
        target_tracking_scaling_policy_configuration={
            "predefined_metric_specification": {
                "predefined_metric_type": "KafkaBrokerStorageUtilization"
            },
            "target_value": FULL_PERCENT,
            "disable_scale_in": True,
        },
        opts=pulumi.ResourceOptions(parent=parent),
    )
