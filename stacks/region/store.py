"""The buckets of a region: what each holds, for how long, and who may write."""

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi

from components.lake_catalogue import SERVICE_ROLE_PATH
from components.object_store import Aws, Lock, ObjectStore, ObjectStoreArgs, Writer
from components.object_store import Zone as Bucket
from stacks import place
from stacks.grants import GRANTS, IN_BULK
from stacks.region import second_site
from stacks.region.facts import SHARED, Facts

AUDIT: Final = "audit"
HISTORY: Final = "history"
ACCESS_LOGS: Final = "access-logs"
QUERIES: Final = "queries"
RECORDS: Final = (AUDIT, HISTORY, ACCESS_LOGS)
"""Buckets with records about the platform: nothing that users gave it."""

QUERY_DAYS: Final = 30
"""How long the result of a query is kept: it can be asked again."""


def buckets(facts: Facts, keys: Mapping[str, pulumi.Input[str]]) -> dict[str, Bucket]:
    """Every bucket of the region by its name."""
    kept = facts.environment.retention
    lake, models, audit, logs = (keys[name] for name in ("lake", "models", "audit", "logs"))
    landing, training = facts.tags("landing"), facts.tags("training", profile="storage")
    records = facts.tags(data_class="internal")
    return {
        place.LAKE: Bucket(key_arn=lake, retention_days=kept.raw_days, tags=landing),
        place.ANONYMISED: Bucket(key_arn=lake, retention_days=kept.raw_days, tags=landing),
        place.FEATURES: Bucket(key_arn=lake, retention_days=kept.features_days, tags=training),
        place.CANDIDATES: Bucket(key_arn=models, retention_days=kept.features_days, tags=training),
        place.MODELS: Bucket(
            key_arn=models,
            retention_days=kept.models_days,
            lock=Lock.GOVERNANCE,
            tags=facts.tags("serving", profile=SHARED),
        ),
        QUERIES: Bucket(key_arn=lake, retention_days=QUERY_DAYS, tags=facts.tags()),
        AUDIT: Bucket(
            key_arn=audit,
            retention_days=kept.audit_days,
            lock=Lock.COMPLIANCE,
            writers=[Writer.TRAIL, Writer.LOG_DELIVERY],
            tags=records,
        ),
        HISTORY: Bucket(
            key_arn=audit, retention_days=kept.audit_days, writers=[Writer.CONFIG], tags=records
        ),
        ACCESS_LOGS: Bucket(key_arn=logs, retention_days=kept.audit_days, tags=records),
    }


def build(
    facts: Facts,
    keys: Mapping[str, pulumi.Input[str]],
    endpoint_ids: Sequence[pulumi.Input[str]],
    opts: pulumi.ResourceOptions,
) -> ObjectStore:
    """Make the buckets.

    Args:
        facts: The environment in its region.
        keys: ARN of each key, by purpose.
        endpoint_ids: Endpoints of the network, through which alone objects pass.
        opts: Options of the store.
    """
    zones = buckets(facts, keys)
    return ObjectStore(
        "store",
        ObjectStoreArgs(
            buckets=list(zones),
            grants=[
                *GRANTS,
                *(IN_BULK if facts.environment.batch else ()),
                *(second_site.GRANTS if facts.environment.sites.recovery else ()),
            ],
            region=facts.region,
            site=Aws(
                account=facts.account,
                vpc_endpoint_ids=endpoint_ids,
                zones=zones,
                log_bucket=ACCESS_LOGS,
                service_role_arns=[
                    f"arn:aws:iam::{facts.account}:role/aws-service-role/*",
                    f"arn:aws:iam::{facts.account}:role{SERVICE_ROLE_PATH}*",
                    f"arn:aws:iam::{facts.account}:role/*backup*",
                ],
            ),
        ),
        opts=opts,
    )
