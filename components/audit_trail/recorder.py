"""AWS Config: the state of every resource over time, and what the rules say of it."""

from typing import Final

import pulumi
from pulumi_aws import cfg, iam

from components.audit_trail.config_rules import RULES
from components.tags import Tags

SERVICE: Final = "config.amazonaws.com"


def recorder(
    name: str,
    *,
    bucket: pulumi.Input[str],
    key_arn: pulumi.Input[str],
    tags: Tags,
    parent: pulumi.Resource,
) -> pulumi.Output[str]:
    """The account's recorder, started once it can deliver, and then its rules.

    Returns:
        Name of the recorder.
    """
    child = pulumi.ResourceOptions(parent=parent)
    # The role that AWS keeps for Config itself, so that its rights follow new resource types.
    # An account that has it already imports it.
    role = iam.ServiceLinkedRole(
        f"{name}-role",
        aws_service_name=SERVICE,
        description="AWS Config reads the state of resources.",
        tags=tags.of(f"{name}-role"),
        opts=child,
    )
    made = cfg.Recorder(
        name,
        role_arn=role.arn,
        # Global types are recorded here, where the account has its only recorder. IAM's are not
        # among them: AWS offers those in older regions only (docs/detection.md).
        recording_group=cfg.RecorderRecordingGroupArgs(
            all_supported=True, include_global_resource_types=True
        ),
        opts=child,
    )
    channel = cfg.DeliveryChannel(
        f"{name}-channel",
        s3_bucket_name=bucket,
        s3_kms_key_arn=key_arn,
        snapshot_delivery_properties=cfg.DeliveryChannelSnapshotDeliveryPropertiesArgs(
            delivery_frequency="TwentyFour_Hours"
        ),
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[made]),
    )
    started = cfg.RecorderStatus(
        f"{name}-status",
        name=made.name,
        is_enabled=True,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[channel]),
    )
    # AWS refuses a rule where nothing is recorded.
    after_start = pulumi.ResourceOptions(parent=parent, depends_on=[started])
    for rule_name, rule in RULES.items():
        cfg.Rule(
            f"{name}-{rule_name}",
            description=rule.description,
            source=cfg.RuleSourceArgs(owner="AWS", source_identifier=rule.identifier),
            input_parameters=rule.input_parameters,
            tags=tags.of(f"{name}-{rule_name}"),
            opts=after_start,
        )
    started_name: pulumi.Output[str] = made.name
    return started_name
