"""Who did what in the account, what looks for trouble, and whom it tells."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.audit_trail import AuditTrail, AuditTrailArgs
from components.detection import Detection, DetectionArgs
from components.incident_topic import IncidentTopic, IncidentTopicArgs
from components.object_store import ObjectStore
from stacks import place
from stacks.region import store
from stacks.region.facts import Facts

WATCHED = (place.LAKE, place.ANONYMISED, place.FEATURES, place.MODELS)
"""Buckets of which every read and write is recorded."""


@dataclass(frozen=True, kw_only=True)
class Watch:
    """The records, and the topic that hears of incidents."""

    topic: IncidentTopic
    trail: AuditTrail
    detection: Detection


def build(
    facts: Facts,
    keys: Mapping[str, pulumi.Input[str]],
    made: ObjectStore,
    opts: pulumi.ResourceOptions,
) -> Watch:
    """Start recording and looking.

    Args:
        facts: The environment in its region.
        keys: ARN of each key, by purpose.
        made: The buckets.
        opts: Options of every part.
    """
    records = facts.tags(data_class="internal")
    topic = IncidentTopic(
        "incidents",
        IncidentTopicArgs(account=facts.account, key_arn=keys["incidents"], tags=records),
        opts=opts,
    )
    trail = AuditTrail(
        "audit-trail",
        AuditTrailArgs(
            account=facts.account,
            region=facts.region,
            trail_name=f"mizan-{facts.environment.name}",
            bucket=made.bucket_names[store.AUDIT],
            history_bucket=made.bucket_names[store.HISTORY],
            key_arn=keys["audit"],
            log_key_arn=keys["logs"],
            data_buckets={name: made.bucket_arns[name] for name in WATCHED},
            log_days=facts.log_days,
            # What AWS does globally (IAM, sign-in of root) it tells only to a trail of the account.
            reach="account",
            tags=records,
        ),
        # Nothing is delivered to a bucket before its policy allows it.
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[made])),
    )
    detection = Detection(
        "detection",
        DetectionArgs(
            account=facts.account,
            region=facts.region,
            topic_arn=topic.topic_arn,
            log_group_name=trail.log_group_name,
            volume_key_arn=keys["volumes"],
            standards=["fsbp"],
            tags=records,
        ),
        opts=opts,
    )
    return Watch(topic=topic, trail=trail, detection=detection)
