"""The AWS services that may use a key, and what each needs of it, as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Service(StrEnum):
    """An AWS service that works with a key."""

    ATHENA = "athena"
    BACKUP = "backup"
    EBS = "ec2"
    ECR = "ecr"
    EKS = "eks"
    GLUE = "glue"
    LAKE_FORMATION = "lakeformation"
    MSK = "kafka"
    NETWORK_FIREWALL = "network-firewall"
    S3 = "s3"
    SECRETS_MANAGER = "secretsmanager"
    SNS = "sns"
    SQS = "sqs"
    ACCESS_LOGS = "access-logs"
    """S3, writing its server access logs."""
    ALARMS = "alarms"
    """CloudWatch, telling a topic of an alarm."""
    AUTO_SCALING = "auto-scaling"
    """EC2 Auto Scaling, making the volumes of the nodes that it starts."""
    BACKUP_NOTICES = "backup-notices"
    """AWS Backup, telling a topic of a failure."""
    BUDGETS = "budgets"
    """AWS Budgets, telling a topic of a cost."""
    COST_ALERTS = "cost-alerts"
    """Cost Anomaly Detection, telling a topic of a cost that nobody expected."""
    CONFIG = "config"
    """AWS Config, writing histories to a bucket."""
    EVENTS = "events"
    """EventBridge, passing events on to a topic or a queue."""
    LOG_DELIVERY = "log-delivery"
    """The service that writes flow logs and other logs to a bucket."""
    LOGS = "logs"
    """CloudWatch Logs."""
    TRAIL = "trail"
    """CloudTrail."""


VIA: Final = frozenset(
    {
        Service.ATHENA,
        Service.BACKUP,
        Service.EBS,
        Service.ECR,
        Service.EKS,
        Service.GLUE,
        Service.LAKE_FORMATION,
        Service.MSK,
        Service.NETWORK_FIREWALL,
        Service.S3,
        Service.SECRETS_MANAGER,
        Service.SNS,
        Service.SQS,
    }
)
"""Services that use a key in the name of a caller, whose own policy must allow it too."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What a service does in its own name; `{account}` and `{region}` stand for those."""

    principal: Mapping[str, str]
    actions: Sequence[str]
    condition: Mapping[str, Mapping[str, Any]]


_OURS: Final = {"StringEquals": {"aws:SourceAccount": "{account}"}}
_WRITE: Final = ("kms:Decrypt", "kms:GenerateDataKey")
USE: Final = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
"""What reading and writing takes."""
_TRAIL: Final = "arn:aws:cloudtrail:{region}:{account}:trail/*"
_SCALER: Final = (
    "arn:aws:iam::{account}:role/aws-service-role/"
    "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
)


def _writes(principal: str) -> Statement:
    return Statement(principal={"Service": principal}, actions=_WRITE, condition=_OURS)


def _scales(actions: Sequence[str], condition: Mapping[str, Mapping[str, Any]]) -> Statement:
    # Named in the condition: as a principal, a role that AWS has not made yet is refused.
    return Statement(
        principal={"AWS": "*"},
        actions=actions,
        condition={"ArnEquals": {"aws:PrincipalArn": _SCALER}, **condition},
    )


DIRECT: Final[Mapping[Service, Sequence[Statement]]] = {
    # The user guide of S3 still calls this unsupported; it is delivered once the principal may use
    # the key, https://github.com/aws/aws-cdk/pull/25350.
    Service.ACCESS_LOGS: (_writes("logging.s3.amazonaws.com"),),
    Service.ALARMS: (_writes("cloudwatch.amazonaws.com"),),
    Service.AUTO_SCALING: (
        _scales(USE, {"StringEquals": {"aws:PrincipalAccount": "{account}"}}),
        _scales(["kms:CreateGrant"], {"Bool": {"kms:GrantIsForAWSResource": "true"}}),
    ),
    Service.BACKUP_NOTICES: (_writes("backup.amazonaws.com"),),
    Service.COST_ALERTS: (_writes("costalerts.amazonaws.com"),),
    Service.BUDGETS: (_writes("budgets.amazonaws.com"),),
    Service.CONFIG: (_writes("config.amazonaws.com"),),
    Service.EVENTS: (_writes("events.amazonaws.com"),),
    Service.LOG_DELIVERY: (
        Statement(
            principal={"Service": "delivery.logs.amazonaws.com"},
            actions=USE,
            condition={**_OURS, "ArnLike": {"aws:SourceArn": "arn:aws:logs:{region}:{account}:*"}},
        ),
    ),
    Service.LOGS: (
        Statement(
            principal={"Service": "logs.{region}.amazonaws.com"},
            actions=USE,
            condition={
                "ArnLike": {
                    "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:{region}:{account}:*"
                }
            },
        ),
    ),
    Service.TRAIL: (
        Statement(
            principal={"Service": "cloudtrail.amazonaws.com"},
            actions=_WRITE,
            condition={
                "ArnLike": {
                    "aws:SourceArn": _TRAIL,
                    "kms:EncryptionContext:aws:cloudtrail:arn": _TRAIL,
                }
            },
        ),
        # A description has no encryption context.
        Statement(
            principal={"Service": "cloudtrail.amazonaws.com"},
            actions=["kms:DescribeKey"],
            condition={"ArnLike": {"aws:SourceArn": _TRAIL}},
        ),
    ),
}
"""Services that use a key in their own name, and in which cases."""
