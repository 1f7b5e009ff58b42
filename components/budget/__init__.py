"""The budget of an environment: a limit a month, and who hears of it before it is passed."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.tags import Tags

__all__ = ["Budget", "BudgetArgs"]

TAG = "environment"
"""The tag by which costs are told apart; it must be active as a cost allocation tag."""
ALERTS = (("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100))
"""When somebody is told: what was or will be spent, in percent of the limit."""
ANOMALY_PERCENT = 10
"""The least unexpected cost that is reported, in percent of the limit."""


@dataclass(frozen=True, kw_only=True)
class BudgetArgs:
    """What an environment may cost, and whom to tell."""

    environment: str
    """Value of the tag `environment` on everything that counts."""
    monthly_usd: int
    """The limit, in US dollars a month."""
    contact: str
    """E-mail address of whoever answers for the costs."""
    topic_arn: pulumi.Input[str]
    """Topic that is told too; its policy and key must admit AWS Budgets and cost alerts."""
    tags: Tags
    """What the budget itself is for."""


class Budget(pulumi.ComponentResource):
    """A monthly limit with alerts, and a watch for costs that nobody expected.

    It sees only amounts and tags. AWS keeps both in its billing service, outside the country, as
    it does for every account: no tag may hold personal data.
    """

    budget_name: pulumi.Output[str]

    def __init__(
        self, name: str, args: BudgetArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make the budget.

        Raises:
            ValueError: if the limit is not positive, or the contact is no e-mail address.
        """
        super().__init__("mizan:components:Budget", name, None, opts)
        if args.monthly_usd < 1:
            raise ValueError(f"monthly_usd is {args.monthly_usd}: give at least 1 US dollar")
        if args.contact.count("@") != 1 or args.contact.startswith("@"):
            raise ValueError(f"contact is {args.contact!r}: give one e-mail address")
        budget = aws.budgets.Budget(
            f"{name}-monthly",
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(args.monthly_usd),
            limit_unit="USD",
            cost_filters=[{"name": "TagKeyValue", "values": [f"user:{TAG}${args.environment}"]}],
            notifications=[
                {
                    "comparison_operator": "GREATER_THAN",
                    "notification_type": kind,
                    "threshold": percent,
                    "threshold_type": "PERCENTAGE",
                    "subscriber_email_addresses": [args.contact],
                    "subscriber_sns_topic_arns": [args.topic_arn],
                }
                for kind, percent in ALERTS
            ],
            tags=args.tags.of(f"{name}-monthly"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        _watch(self, name, args)
        self.budget_name = budget.name
        self.register_outputs({"budget_name": self.budget_name})


def _watch(parent: pulumi.Resource, name: str, args: BudgetArgs) -> None:
    """Tells the topic of a cost out of the ordinary, at once."""
    monitor = aws.costexplorer.AnomalyMonitor(
        f"{name}-anomalies",
        monitor_type="CUSTOM",
        monitor_specification=json.dumps(_only(args.environment), sort_keys=True),
        tags=args.tags.of(f"{name}-anomalies"),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    aws.costexplorer.AnomalySubscription(
        f"{name}-anomaly-alerts",
        frequency="IMMEDIATE",
        monitor_arn_lists=[monitor.arn],
        subscribers=[{"type": "SNS", "address": args.topic_arn}],
        threshold_expression={
            "dimension": {
                "key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                "match_options": ["GREATER_THAN_OR_EQUAL"],
                "values": [str(max(1, args.monthly_usd * ANOMALY_PERCENT // 100))],
            }
        },
        tags=args.tags.of(f"{name}-anomaly-alerts"),
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _only(environment: str) -> dict[str, object]:
    """The costs of one environment; the nulls are how AWS gives the expression back."""
    nothing = dict.fromkeys(("And", "CostCategories", "Dimensions", "Not", "Or"))
    chosen = {"Key": f"user:{TAG}", "MatchOptions": None, "Values": [environment]}
    return {**nothing, "Tags": chosen}
