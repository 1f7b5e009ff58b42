"""A small estate of real components: a key, a bucket and its log, and brokers."""

from collections.abc import Collection, Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from components.encryption_key import EncryptionKey, EncryptionKeyArgs, Service
from components.object_store import Aws, Lock, ObjectStore, ObjectStoreArgs, Zone
from components.streaming import Aws as StreamingOnAws
from components.streaming import Brokers, Streaming, StreamingArgs
from components.tags import Tags
from stacks.safeguard import protect

ACCOUNT, REGION = "111122223333", "me-central-1"
ZONES = ("me-central-1a", "me-central-1b", "me-central-1c")
TAGS = Tags(workload="platform", data_class="internal", profile="shared")


def estate(
    *,
    without: Collection[str] = (),
    lock: Lock | None = None,
    subnets: str = "one",
    properties: Mapping[str, Mapping[str, Any]] | None = None,
    names: Mapping[str, str] | None = None,
    before: Mapping[str, str] | None = None,
) -> None:
    """Declare it.

    Args:
        without: Parts that are no longer declared.
        lock: How firmly objects are held.
        subnets: Which of two sets of subnets the brokers are in.
        properties: What another release of a component would declare otherwise.
        names: What components are called that are not called as they were at first.
        before: The names by which aliases know them.
    """
    protect(pulumi.get_stack())
    pulumi.runtime.register_resource_transform(_other(properties or {}))
    provider = aws.Provider("region", region=REGION, allowed_account_ids=[ACCOUNT])
    inside = pulumi.ResourceOptions(provider=provider)

    def named(part: str) -> tuple[str, pulumi.ResourceOptions]:
        aliases = [pulumi.Alias(name=before[part])] if before and part in before else None
        options = pulumi.ResourceOptions(providers=[provider], aliases=aliases)
        return (names or {}).get(part, part), options

    name, options = named("lake-key")
    key = EncryptionKey(
        name,
        EncryptionKeyArgs(
            purpose="lake",
            services=[Service.S3, Service.MSK],
            account=ACCOUNT,
            region=REGION,
            tags=TAGS,
        ),
        opts=options,
    )
    network = aws.ec2.Vpc("network", cidr_block="10.60.0.0/20", opts=inside)
    places = {
        f"{choice}-{zone}": aws.ec2.Subnet(
            f"{choice}-{zone}",
            vpc_id=network.id,
            availability_zone=zone,
            cidr_block=f"10.60.{block}.0/24",
            opts=inside,
        )
        for block, (choice, zone) in enumerate(
            (choice, zone) for choice in ("one", "two") for zone in ZONES
        )
    }
    if "store" not in without:
        name, options = named("store")
        ObjectStore(
            name,
            ObjectStoreArgs(
                buckets=["lake", "logs"],
                grants=[],
                region=REGION,
                site=Aws(
                    account=ACCOUNT,
                    vpc_endpoint_ids=["vpce-0123456789abcdef0"],
                    zones={
                        "lake": Zone(key_arn=key.arn, retention_days=30, tags=TAGS, lock=lock),
                        "logs": Zone(key_arn=key.arn, retention_days=30, tags=TAGS),
                    },
                    log_bucket="logs",
                ),
            ),
            opts=options,
        )
    if "streaming" not in without:
        name, options = named("streaming")
        Streaming(
            name,
            StreamingArgs(
                topics=[],
                grants=[],
                site=StreamingOnAws(
                    brokers=Brokers(
                        kafka_version="3.9.x",
                        kind="kafka.m7g.large",
                        count=3,
                        storage_gib=100,
                        retention_hours=24,
                    ),
                    vpc_id=network.id,
                    subnet_ids={zone: places[f"{subnets}-{zone}"].id for zone in ZONES},
                    key_arn=key.arn,
                    log_key_arn=key.arn,
                    log_retention_days=30,
                    client_security_group_ids={},
                    client_cidrs={"nodes": "10.60.0.0/20"},
                    tags=TAGS,
                ),
            ),
            opts=options,
        )
    if "spare-key" not in without:
        name, options = named("spare-key")
        EncryptionKey(
            name,
            EncryptionKeyArgs(
                purpose="spare", services=[Service.S3], account=ACCOUNT, region=REGION, tags=TAGS
            ),
            opts=options,
        )


def _other(properties: Mapping[str, Mapping[str, Any]]) -> Any:
    """A transform that gives resources other properties, as another release would."""

    def apply(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        changed = properties.get(args.name)
        if changed is None:
            return None
        return pulumi.ResourceTransformResult(props={**args.props, **changed}, opts=args.opts)

    return apply
