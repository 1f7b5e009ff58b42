"""Encrypted log groups, and the right of AWS to deliver logs to them."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudwatch

from components import iam
from components.tags import Tags

DELIVERY = "delivery.logs.amazonaws.com"
"""Writes the logs of Network Firewall, WAF and the resolver for them."""


@dataclass(frozen=True, kw_only=True)
class Logs:
    """How the logs of one component are kept."""

    key_arn: pulumi.Input[str]
    """Key that the logs service of the region may use."""
    retention_days: int
    """How long an entry is kept; one of the values that CloudWatch knows."""
    account: str
    """Number of the account."""
    tags: Tags
    """What the logs are for."""

    def group(
        self, name: str, opts: pulumi.ResourceOptions, *, physical_name: str | None = None
    ) -> cloudwatch.LogGroup:
        """A log group under a customer's key.

        Args:
            name: Logical name.
            opts: Its parent.
            physical_name: Only where a service asks for a certain name.
        """
        return cloudwatch.LogGroup(
            name,
            name=physical_name,
            kms_key_id=self.key_arn,
            retention_in_days=self.retention_days,
            tags=self.tags.of(name),
            opts=opts,
        )

    def let_aws_deliver(
        self, name: str, groups: Sequence[cloudwatch.LogGroup], opts: pulumi.ResourceOptions
    ) -> cloudwatch.LogResourcePolicy:
        """Let AWS deliver logs of this account, and of no other, to the groups.

        Written down, since AWS would otherwise add a policy of its own to the account.
        """
        return cloudwatch.LogResourcePolicy(
            name,
            policy_name=name,
            policy_document=iam.document(
                iam.allow(
                    ["logs:CreateLogStream", "logs:PutLogEvents"],
                    [pulumi.Output.concat(group.arn, ":log-stream:*") for group in groups],
                    Principal={"Service": DELIVERY},
                    Condition={"StringEquals": {"aws:SourceAccount": self.account}},
                )
            ),
            opts=opts,
        )
