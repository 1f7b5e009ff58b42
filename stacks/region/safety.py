"""What an environment may cost, and copies that nobody can destroy before their time."""

from collections.abc import Mapping

import pulumi

from components.backup import Backup, BackupArgs, Retention
from components.budget import Budget, BudgetArgs
from components.incident_topic import IncidentTopic
from components.object_store import ObjectStore
from stacks import place
from stacks.region.facts import Facts

NIGHTLY = "cron(0 1 * * ? *)"
TIME_ZONE = "Asia/Dubai"
COPIED = (place.LAKE, place.MODELS)
"""Buckets that are backed up; what is derived from them can be made again."""


def budget(facts: Facts, topic: IncidentTopic, opts: pulumi.ResourceOptions) -> Budget:
    """The limit that the owner set, with alerts."""
    wanted = facts.environment
    return Budget(
        "budget",
        BudgetArgs(
            environment=wanted.name,
            monthly_usd=wanted.monthly_budget_usd,
            contact=wanted.contact,
            topic_arn=topic.topic_arn,
            tags=facts.tags(data_class="internal"),
        ),
        opts=opts,
    )


def backup(
    facts: Facts,
    keys: Mapping[str, pulumi.Input[str]],
    store: ObjectStore,
    topic: IncidentTopic,
    opts: pulumi.ResourceOptions,
) -> Backup | None:
    """Nightly copies in a locked vault; None if none is asked for.

    Args:
        facts: The environment in its region.
        keys: ARN of each key, by purpose.
        store: The buckets.
        topic: Where a failed copy is told.
        opts: Options of the vault.
    """
    wanted = facts.environment.backup
    if wanted is None:
        return None
    return Backup(
        "backup",
        BackupArgs(
            account=facts.account,
            key_arn=keys["backup"],
            topic_arn=topic.topic_arn,
            retention=Retention(
                days=wanted.retention_days,
                shortest_days=wanted.retention_days,
                longest_days=wanted.retention_days,
                changeable_for_days=wanted.lock_after_days,
            ),
            schedule=NIGHTLY,
            timezone=TIME_ZONE,
            tags=facts.tags(),
            resource_arns={name: store.bucket_arns[name] for name in COPIED},
        ),
        opts=opts,
    )
