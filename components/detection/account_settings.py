"""The settings of an account that hold for whatever anybody makes in it, by whatever means."""

import pulumi
from pulumi_aws import ebs, ec2, iam


def account_settings(
    name: str, *, volume_key_arn: pulumi.Input[str], parent: pulumi.Resource
) -> None:
    """Closes the account's own defaults: volumes, images, metadata, console and passwords."""
    child = pulumi.ResourceOptions(parent=parent)
    key = ebs.DefaultKmsKey(f"{name}-volume-key", key_arn=volume_key_arn, opts=child)
    ebs.EncryptionByDefault(
        f"{name}-volumes",
        enabled=True,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[key]),
    )
    ebs.SnapshotBlockPublicAccess(f"{name}-snapshots", state="block-all-sharing", opts=child)
    ec2.ImageBlockPublicAccess(f"{name}-images", state="block-new-sharing", opts=child)
    ec2.SerialConsoleAccess(f"{name}-serial-console", enabled=False, opts=child)
    ec2.InstanceMetadataDefaults(
        f"{name}-metadata",
        http_endpoint="enabled",
        http_tokens="required",
        # One hop ends at the node itself: a pod gets its identity from Pod Identity, not here.
        http_put_response_hop_limit=1,
        instance_metadata_tags="disabled",
        opts=child,
    )
    iam.AccountPasswordPolicy(
        f"{name}-passwords",
        minimum_password_length=16,
        require_lowercase_characters=True,
        require_uppercase_characters=True,
        require_numbers=True,
        require_symbols=True,
        allow_users_to_change_password=True,
        max_password_age=90,
        password_reuse_prevention=24,
        opts=child,
    )
