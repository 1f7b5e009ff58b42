"""Which recorded calls raise an alarm: the list of the CIS benchmark, as a table.

The patterns are of the filter language of CloudWatch Logs, over the events of CloudTrail.
"""

from typing import Final

import pulumi
from pulumi_aws import cloudwatch

from components.tags import Tags

METRIC_NAMESPACE: Final = "Mizan/Calls"
PERIOD_SECONDS: Final = 300


def _any_call(*names: str) -> str:
    return "{ " + " || ".join(f"($.eventName = {name})" for name in names) + " }"


def _any_call_of(source: str, *names: str) -> str:
    calls = " || ".join(f"($.eventName = {name})" for name in names)
    return f"{{ ($.eventSource = {source}.amazonaws.com) && ({calls}) }}"


PATTERNS: Final[dict[str, tuple[str, str]]] = {
    "bucket-policy": (
        "The policy, the lock or the lifecycle of a bucket was changed.",
        _any_call_of(
            "s3",
            "PutBucketAcl",
            "PutBucketPolicy",
            "PutBucketCors",
            "PutBucketLifecycle",
            "PutBucketReplication",
            "PutObjectLockConfiguration",
            "DeleteBucketPolicy",
            "DeleteBucketCors",
            "DeleteBucketLifecycle",
            "DeleteBucketReplication",
        ),
    ),
    "config-change": (
        "The record of resources was changed or stopped.",
        _any_call_of(
            "config",
            "StopConfigurationRecorder",
            "DeleteDeliveryChannel",
            "PutDeliveryChannel",
            "PutConfigurationRecorder",
        ),
    ),
    "console-failure": (
        "Somebody failed to sign in to the console.",
        '{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }',
    ),
    "console-without-mfa": (
        "Somebody signed in to the console without a second factor.",
        (
            '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") '
            '&& ($.userIdentity.type = "IAMUser") '
            '&& ($.responseElements.ConsoleLogin = "Success") }'
        ),
    ),
    "gateway-change": (
        "A gateway to another network was made, attached or taken away.",
        _any_call(
            "CreateCustomerGateway",
            "DeleteCustomerGateway",
            "AttachInternetGateway",
            "CreateInternetGateway",
            "DeleteInternetGateway",
            "DetachInternetGateway",
        ),
    ),
    "iam-policy": (
        "Somebody's rights were changed.",
        _any_call(
            "DeleteGroupPolicy",
            "DeleteRolePolicy",
            "DeleteUserPolicy",
            "PutGroupPolicy",
            "PutRolePolicy",
            "PutUserPolicy",
            "CreatePolicy",
            "DeletePolicy",
            "CreatePolicyVersion",
            "DeletePolicyVersion",
            "AttachRolePolicy",
            "DetachRolePolicy",
            "AttachUserPolicy",
            "DetachUserPolicy",
            "AttachGroupPolicy",
            "DetachGroupPolicy",
        ),
    ),
    "key-lost": (
        "A key was switched off or is going to be deleted.",
        _any_call_of("kms", "DisableKey", "ScheduleKeyDeletion"),
    ),
    "network-acl": (
        "A network access list was changed.",
        _any_call(
            "CreateNetworkAcl",
            "CreateNetworkAclEntry",
            "DeleteNetworkAcl",
            "DeleteNetworkAclEntry",
            "ReplaceNetworkAclEntry",
            "ReplaceNetworkAclAssociation",
        ),
    ),
    "organisation-change": (
        "The organisation or one of its policies was changed.",
        "{ ($.eventSource = organizations.amazonaws.com) && ($.readOnly IS FALSE) }",
    ),
    "root-use": (
        "The root user was used.",
        (
            '{ ($.userIdentity.type = "Root") && ($.userIdentity.invokedBy NOT EXISTS) '
            '&& ($.eventType != "AwsServiceEvent") }'
        ),
    ),
    "route-change": (
        "A route was changed.",
        _any_call_of(
            "ec2",
            "CreateRoute",
            "CreateRouteTable",
            "ReplaceRoute",
            "ReplaceRouteTableAssociation",
            "DeleteRouteTable",
            "DeleteRoute",
            "DisassociateRouteTable",
        ),
    ),
    "security-group": (
        "A security group was changed.",
        _any_call(
            "AuthorizeSecurityGroupIngress",
            "AuthorizeSecurityGroupEgress",
            "RevokeSecurityGroupIngress",
            "RevokeSecurityGroupEgress",
            "CreateSecurityGroup",
            "DeleteSecurityGroup",
        ),
    ),
    "trail-change": (
        "The record of calls was changed or stopped.",
        _any_call(
            "CreateTrail",
            "UpdateTrail",
            "DeleteTrail",
            "StartLogging",
            "StopLogging",
            "PutEventSelectors",
        ),
    ),
    "unauthorised-call": (
        "A call was refused for want of rights.",
        (
            '{ (($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*")) '
            '&& ($.sourceIPAddress != "delivery.logs.amazonaws.com") '
            '&& ($.eventName != "HeadBucket") }'
        ),
    ),
    "vpc-change": (
        "A network was made, changed or joined to another.",
        _any_call(
            "CreateVpc",
            "DeleteVpc",
            "ModifyVpcAttribute",
            "AcceptVpcPeeringConnection",
            "CreateVpcPeeringConnection",
            "DeleteVpcPeeringConnection",
            "RejectVpcPeeringConnection",
        ),
    ),
}
"""By name: what the alarm says, and the pattern that raises it."""

THRESHOLDS: Final = {"console-failure": 5, "unauthorised-call": 10}
"""Calls within the period that raise an alarm where one alone says nothing; else one does."""


def call_alarms(
    name: str,
    *,
    log_group_name: pulumi.Input[str],
    topic_arn: pulumi.Input[str],
    tags: Tags,
    parent: pulumi.Resource,
) -> None:
    """Counts the calls of each pattern in the trail's log group, and tells the topic."""
    child = pulumi.ResourceOptions(parent=parent)
    for call, (description, pattern) in PATTERNS.items():
        counted = cloudwatch.LogMetricFilter(
            f"{name}-{call}",
            log_group_name=log_group_name,
            pattern=pattern,
            metric_transformation=cloudwatch.LogMetricFilterMetricTransformationArgs(
                name=call, namespace=METRIC_NAMESPACE, value="1", default_value="0"
            ),
            opts=child,
        )
        cloudwatch.MetricAlarm(
            f"{name}-{call}",
            alarm_description=description,
            namespace=METRIC_NAMESPACE,
            metric_name=counted.metric_transformation.name,
            statistic="Sum",
            period=PERIOD_SECONDS,
            evaluation_periods=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=THRESHOLDS.get(call, 1),
            treat_missing_data="notBreaching",
            alarm_actions=[topic_arn],
            tags=tags.of(f"{name}-{call}"),
            opts=child,
        )
