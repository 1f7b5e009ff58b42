"""What AWS Config asks of every resource, as a table of its managed rules.

Rules on IAM users and on the root user are missing on purpose: AWS does not offer them in the UAE
region (`iam-root-access-key-check`, `root-account-mfa-enabled`, `access-keys-rotated` and others).
`docs/detection.md` says what stands in for them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

MANDATORY_TAGS: Final = (
    "owner",
    "cost-centre",
    "environment",
    "workload",
    "data-class",
    "profile",
)
"""The tags without which nobody can say whose a resource is, what it costs and what it holds."""


@dataclass(frozen=True, kw_only=True)
class ConfigRule:
    """One managed rule of AWS Config."""

    identifier: str
    """Its identifier, as AWS spells it."""
    description: str
    """What it demands, in one sentence."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Its parameters."""

    @property
    def input_parameters(self) -> str | None:
        """The parameters as AWS takes them, or None where there are none."""
        return json.dumps(dict(self.parameters), sort_keys=True) if self.parameters else None


def _rule(identifier: str, description: str, **parameters: str) -> ConfigRule:
    return ConfigRule(identifier=identifier, description=description, parameters=parameters)


RULES: Final[dict[str, ConfigRule]] = {
    "alb-waf": _rule("ALB_WAF_ENABLED", "Load balancers stand behind a web firewall."),
    "backup-encrypted": _rule("BACKUP_RECOVERY_POINT_ENCRYPTED", "Backups are encrypted."),
    "backup-kept": _rule(
        "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED", "Nobody deletes a backup by hand."
    ),
    "cloudtrail-encrypted": _rule("CLOUD_TRAIL_ENCRYPTION_ENABLED", "The trail has a key."),
    "cloudtrail-on": _rule("CLOUD_TRAIL_ENABLED", "Calls are recorded."),
    "cloudtrail-validated": _rule(
        "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED", "A changed log file can be told."
    ),
    "cloudtrail-watched": _rule(
        "CLOUD_TRAIL_CLOUD_WATCH_LOGS_ENABLED", "Alarms can read the trail."
    ),
    "ebs-default-encryption": _rule(
        "EC2_EBS_ENCRYPTION_BY_DEFAULT", "A new volume is encrypted whoever makes it."
    ),
    "ebs-snapshots-private": _rule(
        "EBS_SNAPSHOT_PUBLIC_RESTORABLE_CHECK", "No snapshot is open to all accounts."
    ),
    "ebs-volumes-encrypted": _rule("ENCRYPTED_VOLUMES", "Attached volumes are encrypted."),
    "ec2-imdsv2": _rule("EC2_IMDSV2_CHECK", "Instance metadata is given for a token only."),
    "ec2-no-public-address": _rule("EC2_INSTANCE_NO_PUBLIC_IP", "No instance has a public IP."),
    "ecr-immutable": _rule("ECR_PRIVATE_TAG_IMMUTABILITY_ENABLED", "An image tag never moves."),
    "ecr-scanned": _rule("ECR_PRIVATE_IMAGE_SCANNING_ENABLED", "Images are scanned on push."),
    "eks-logs": _rule("EKS_CLUSTER_LOG_ENABLED", "All logs of the control plane are kept."),
    "eks-private": _rule("EKS_ENDPOINT_NO_PUBLIC_ACCESS", "The API server has no public endpoint."),
    "eks-secrets": _rule("EKS_SECRETS_ENCRYPTED", "Kubernetes secrets are encrypted with a key."),
    "guardduty-on": _rule("GUARDDUTY_ENABLED_CENTRALIZED", "Threats are looked for."),
    "iam-passwords": _rule(
        "IAM_PASSWORD_POLICY",
        "Passwords are long, mixed and not used again.",
        MinimumPasswordLength="16",
        PasswordReusePrevention="24",
        MaxPasswordAge="90",
    ),
    "kms-not-deleted": _rule("KMS_CMK_NOT_SCHEDULED_FOR_DELETION", "No key waits for deletion."),
    "kms-rotated": _rule("CMK_BACKING_KEY_ROTATION_ENABLED", "Keys are rotated every year."),
    "logs-encrypted": _rule("CLOUDWATCH_LOG_GROUP_ENCRYPTED", "Logs are encrypted with a key."),
    "msk-tls": _rule("MSK_IN_CLUSTER_NODE_REQUIRE_TLS", "Brokers speak TLS to each other."),
    "required-tags": _rule(
        "REQUIRED_TAGS",
        "Every resource carries the mandatory tags.",
        **{f"tag{number}Key": key for number, key in enumerate(MANDATORY_TAGS, start=1)},
    ),
    "s3-account-private": _rule(
        "S3_ACCOUNT_LEVEL_PUBLIC_ACCESS_BLOCKS_PERIODIC", "The account blocks public buckets."
    ),
    "s3-encrypted": _rule("S3_DEFAULT_ENCRYPTION_KMS", "Buckets are encrypted with a key."),
    "s3-private": _rule(
        "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED", "Each bucket blocks public access."
    ),
    "s3-tls": _rule("S3_BUCKET_SSL_REQUESTS_ONLY", "Buckets refuse plain text."),
    "s3-versioned": _rule("S3_BUCKET_VERSIONING_ENABLED", "Nothing in a bucket is overwritten."),
    "securityhub-on": _rule("SECURITYHUB_ENABLED", "Findings come together in one place."),
    "sns-encrypted": _rule("SNS_ENCRYPTED_KMS", "Topics are encrypted with a key."),
    "vpc-default-group": _rule(
        "VPC_DEFAULT_SECURITY_GROUP_CLOSED", "The default security group lets nothing through."
    ),
    "vpc-flow-logs": _rule("VPC_FLOW_LOGS_ENABLED", "Every network keeps flow logs."),
    "vpc-no-gateway": _rule(
        "NO_UNRESTRICTED_ROUTE_TO_IGW", "No route leads to an internet gateway."
    ),
    "vpc-no-public-subnet": _rule(
        "SUBNET_AUTO_ASSIGN_PUBLIC_IP_DISABLED", "No subnet gives public addresses."
    ),
}
"""By the name that each gets in the account."""
