"""What AWS services may write into the audit bucket, and do with its key.

Documents only, so that the bucket and the key can be made before anything that writes there. The
trail's ARN is known before the trail: AWS asks for it in the bucket's policy, and checks that
policy when the trail is made.
"""

from collections.abc import Sequence
from typing import Any, Final

import pulumi

TRAIL_PREFIX: Final = "cloudtrail"
CONFIG_PREFIX: Final = "config"
FLOW_LOG_PREFIX: Final = "network"

_OWNER_CONTROLS: Final = {"s3:x-amz-acl": "bucket-owner-full-control"}


def trail_arn(trail_name: str, account: str, region: str) -> str:
    """The ARN that a trail of this name has, before it is made."""
    return f"arn:aws:cloudtrail:{region}:{account}:trail/{trail_name}"


def delivery_statements(
    bucket_arn: pulumi.Input[str], account: str, region: str, trail_arn: str
) -> list[dict[str, Any]]:
    """Statements for the policy of the audit bucket: CloudTrail, Config and log delivery write.

    Each service may look at the bucket and write below its own prefix of this account, and only
    when it acts for this account. Nobody is given a right to read.

    Args:
        bucket_arn: The audit bucket.
        account: Number of the account.
        region: Region of the account's trail and recorder.
        trail_arn: The one trail that may write; see `trail_arn`.
    """
    bucket = pulumi.Output.from_input(bucket_arn)

    def folder(prefix: str, service: str) -> pulumi.Output[str]:
        return bucket.apply(lambda arn: f"{arn}/{prefix}/AWSLogs/{account}/{service}*")

    config_keys = {"aws:SourceAccount": account}
    trail_keys = {"aws:SourceArn": trail_arn}
    flow_keys = {"aws:SourceAccount": account}
    flow_arns = {"ArnLike": {"aws:SourceArn": f"arn:aws:logs:{region}:{account}:*"}}
    return [
        _statement("CloudTrailLooks", "cloudtrail", ["s3:GetBucketAcl"], bucket, trail_keys),
        _statement(
            "CloudTrailWrites",
            "cloudtrail",
            ["s3:PutObject"],
            folder(TRAIL_PREFIX, ""),
            _OWNER_CONTROLS | trail_keys,
        ),
        _statement(
            "ConfigLooks", "config", ["s3:GetBucketAcl", "s3:ListBucket"], bucket, config_keys
        ),
        _statement(
            "ConfigWrites",
            "config",
            ["s3:PutObject"],
            folder(CONFIG_PREFIX, "Config/"),
            _OWNER_CONTROLS | config_keys,
        ),
        _statement(
            "LogDeliveryLooks", "delivery.logs", ["s3:GetBucketAcl"], bucket, flow_keys, flow_arns
        ),
        _statement(
            "LogDeliveryWrites",
            "delivery.logs",
            ["s3:PutObject"],
            folder(FLOW_LOG_PREFIX, ""),
            _OWNER_CONTROLS | flow_keys,
            flow_arns,
        ),
    ]


def key_statements(account: str, region: str, trail_arn: str) -> list[dict[str, Any]]:
    """Statements for the policy of the audit key: the same services encrypt what they write.

    In a key's policy `*` is the key itself. CloudTrail may encrypt for this trail only.
    """
    source = {"aws:SourceAccount": account}
    flow_arns = {"ArnLike": {"aws:SourceArn": f"arn:aws:logs:{region}:{account}:*"}}
    context = {"kms:EncryptionContext:aws:cloudtrail:arn": trail_arn}
    encrypt = ["kms:GenerateDataKey*"]
    return [
        _statement("CloudTrailFinds", "cloudtrail", ["kms:DescribeKey"], "*", source),
        _statement(
            "CloudTrailEncrypts",
            "cloudtrail",
            encrypt,
            "*",
            {"aws:SourceArn": trail_arn, **context},
        ),
        _statement("ConfigEncrypts", "config", ["kms:Decrypt", *encrypt], "*", source),
        _statement(
            "LogDeliveryEncrypts",
            "delivery.logs",
            ["kms:Decrypt", "kms:DescribeKey", *encrypt],
            "*",
            source,
            flow_arns,
        ),
    ]


def _statement(  # noqa: PLR0913, PLR0917 - a row of a table
    sid: str,
    service: str,
    actions: Sequence[str],
    resource: pulumi.Input[str],
    equals: dict[str, str],
    more: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": list(actions),
        "Resource": resource,
        "Condition": {"StringEquals": equals, **(more or {})},
    }
