"""The keys: one for each purpose, so that who may read logs may not read the lake."""

from collections.abc import Mapping

import pulumi

from components.encryption_key import EncryptionKey, EncryptionKeyArgs, Service
from stacks.region.facts import Facts

INTERNAL = "internal"

PURPOSES: Mapping[str, tuple[Service, ...]] = {
    "lake": (Service.S3, Service.GLUE, Service.ATHENA, Service.LAKE_FORMATION, Service.LOGS),
    "models": (Service.S3,),
    "audit": (Service.S3, Service.TRAIL, Service.CONFIG, Service.LOG_DELIVERY),
    "logs": (Service.LOGS, Service.S3, Service.ACCESS_LOGS),
    "secrets": (Service.EKS,),
    "volumes": (Service.EBS, Service.AUTO_SCALING),
    "registry": (Service.ECR,),
    "incidents": (Service.SNS, Service.SQS, Service.ALARMS, Service.EVENTS, Service.BUDGETS,
                  Service.BACKUP_NOTICES, Service.COST_ALERTS),
    "network": (Service.NETWORK_FIREWALL, Service.SQS, Service.EVENTS),
    "streaming": (Service.MSK,),
    "backup": (Service.BACKUP,),
}  # fmt: skip
"""Every purpose with the services of AWS that use its key."""

OF_DATA = ("lake", "models", "volumes", "streaming", "backup")
"""Keys of what may hold the environment's own data; the others guard records about the platform."""


def build(facts: Facts, opts: pulumi.ResourceOptions) -> Mapping[str, EncryptionKey]:
    """Make the keys of everything that the environment has."""
    wanted = facts.environment
    absent = {
        "streaming": wanted.streaming is None or wanted.streaming.machine is None,
        "backup": wanted.backup is None,
    }
    return {
        purpose: EncryptionKey(
            f"{purpose}-key",
            EncryptionKeyArgs(
                purpose=purpose,
                services=services,
                account=facts.account,
                region=facts.region,
                rotation_days=wanted.keys.rotation_days,
                deletion_window_days=wanted.keys.deletion_window_days,
                tags=facts.tags(data_class=None if purpose in OF_DATA else INTERNAL),
            ),
            opts=opts,
        )
        for purpose, services in PURPOSES.items()
        if not absent.get(purpose, False)
    }
