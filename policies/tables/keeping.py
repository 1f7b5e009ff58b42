"""What keeps a record of what happens, and what is kept, by type of AWS resource."""

from collections.abc import Callable
from typing import Final, TypeAlias

from policies.accepting import at_least, filled, off, one_of, yes
from policies.judging import Demand
from policies.reading import MISSING, Tree, field

_Asked: TypeAlias = tuple[Callable[[Tree], bool], str]

_ON: Final[_Asked] = (yes, "true")
_OFF: Final[_Asked] = (off, "false")
_LOGS: Final[_Asked] = (filled, "where its logs go")


def _on_by_default(value: Tree) -> bool:
    return value is MISSING or yes(value)


_STAYS_ON: Final[_Asked] = (_on_by_default, "true")


def _all_of(*kinds: str) -> _Asked:
    """Asks for a list that holds all of these; a list that is not known is not proven."""
    names = ", ".join(kinds)
    return (lambda value: isinstance(value, list) and set(kinds) <= set(map(str, value)), names)


def _some_of(*kinds: str) -> _Asked:
    """Asks for a list that holds one of these: engines name their logs differently."""
    return (
        lambda value: isinstance(value, list) and not set(kinds).isdisjoint(map(str, value)),
        f"one of {', '.join(kinds)} among them",
    )


def _one_enabled(value: Tree) -> bool:
    """Accepts destinations by name of which one is enabled."""
    ways = value.values() if isinstance(value, dict) else ()
    return any(yes(field(way, "enabled")) for way in ways)


def _audit_logs(value: Tree) -> bool:
    """Accepts options of which one is for the audit log."""
    options = value if isinstance(value, list) else []
    return any(field(option, "logType") == "AUDIT_LOGS" for option in options)


def _days(least: int) -> _Asked:
    return (at_least(least), f"at least {least}")


TRAILS: Final[dict[str, tuple[Demand, ...]]] = {
    "aws:cfg/recorder:Recorder": (("recordingGroup?.allSupported", *_ON),),
    "aws:cfg/recorderStatus:RecorderStatus": (("isEnabled", *_ON),),
    "aws:cloudtrail/eventDataStore:EventDataStore": (("terminationProtectionEnabled", *_STAYS_ON),),
    "aws:cloudtrail/trail:Trail": (
        ("enableLogFileValidation", *_ON),
        ("enableLogging", *_STAYS_ON),
        ("includeGlobalServiceEvents", *_STAYS_ON),
        ("isMultiRegionTrail", *_ON),
    ),
    "aws:guardduty/detector:Detector": (("enable", *_STAYS_ON),),
}
"""The record of calls and changes is whole, cannot be changed unseen, and stays on."""

_BROKER: Final = "loggingInfo.brokerLogs"

SERVICE_LOGS: Final[dict[str, tuple[Demand, ...]]] = {
    "aws:apigateway/stage:Stage": (("accessLogSettings.destinationArn", *_LOGS),),
    "aws:apigatewayv2/stage:Stage": (("accessLogSettings.destinationArn", *_LOGS),),
    "aws:docdb/cluster:Cluster": (("enabledCloudwatchLogsExports", *_all_of("audit")),),
    "aws:ec2/flowLog:FlowLog": (("trafficType", one_of("ALL"), '"ALL"'),),
    "aws:eks/cluster:Cluster": (
        ("enabledClusterLogTypes", *_all_of("api", "audit", "authenticator")),
    ),
    "aws:mq/broker:Broker": (("logs.general", *_ON),),
    "aws:msk/cluster:Cluster": (
        (
            _BROKER,
            _one_enabled,
            "brokerLogs with one destination enabled",
        ),
    ),
    "aws:neptune/cluster:Cluster": (("enableCloudwatchLogsExports", *_all_of("audit")),),
    "aws:opensearch/domain:Domain": (
        (
            "logPublishingOptions",
            _audit_logs,
            "one of type AUDIT_LOGS",
        ),
    ),
    "aws:rds/cluster:Cluster": (
        ("enabledCloudwatchLogsExports", *_some_of("audit", "postgresql", "iam-db-auth-error")),
    ),
    "aws:rds/instance:Instance": (
        ("enabledCloudwatchLogsExports", *_some_of("audit", "postgresql", "agent", "alert")),
    ),
    "aws:sfn/stateMachine:StateMachine": (
        ("loggingConfiguration.level", one_of("ALL", "ERROR", "FATAL"), '"ALL"'),
    ),
}
"""What each service writes down of what it is asked."""

PERIODS: Final[dict[str, tuple[Demand, ...]]] = {
    "aws:backup/plan:Plan": (("rules[+].lifecycle.deleteAfter", *_days(35)),),
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": (("minRetentionDays", *_days(35)),),
    "aws:cloudwatch/logGroup:LogGroup": (
        (
            "retentionInDays",
            at_least(30),
            "at least 30 days, said: without it logs of persons are kept for ever",
        ),
    ),
    "aws:docdb/cluster:Cluster": (("backupRetentionPeriod", *_days(7)),),
    "aws:dynamodb/table:Table": (("pointInTimeRecovery.enabled", *_ON),),
    "aws:elasticache/replicationGroup:ReplicationGroup": (("snapshotRetentionLimit", *_days(7)),),
    "aws:neptune/cluster:Cluster": (("backupRetentionPeriod", *_days(7)),),
    "aws:rds/cluster:Cluster": (("backupRetentionPeriod", *_days(7)),),
    "aws:rds/instance:Instance": (("backupRetentionPeriod", *_days(7)),),
    "aws:redshift/cluster:Cluster": (("automatedSnapshotRetentionPeriod", *_days(7)),),
}
"""How long logs and copies are kept, in days."""

ENDS: Final[dict[str, tuple[Demand, ...]]] = {
    "aws:cognito/userPool:UserPool": (("deletionProtection", one_of("ACTIVE"), '"ACTIVE"'),),
    "aws:docdb/cluster:Cluster": (
        ("deletionProtection", *_ON),
        ("skipFinalSnapshot", *_OFF),
    ),
    "aws:dynamodb/table:Table": (("deletionProtectionEnabled", *_ON),),
    "aws:ecr/repository:Repository": (("forceDelete", *_OFF),),
    "aws:kms/externalKey:ExternalKey": (
        ("deletionWindowInDays?", at_least(30), "30: with the key all data goes"),
    ),
    "aws:kms/key:Key": (("deletionWindowInDays?", at_least(30), "30: with the key all data goes"),),
    "aws:neptune/cluster:Cluster": (
        ("deletionProtection", *_ON),
        ("skipFinalSnapshot", *_OFF),
    ),
    "aws:rds/cluster:Cluster": (
        ("deletionProtection", *_ON),
        ("skipFinalSnapshot", *_OFF),
    ),
    "aws:rds/instance:Instance": (
        ("deletionProtection", *_ON),
        ("skipFinalSnapshot", *_OFF),
    ),
    "aws:redshift/cluster:Cluster": (("skipFinalSnapshot", *_OFF),),
    "aws:s3/bucket:Bucket": (("forceDestroy", *_OFF),),
    "aws:s3/bucketV2:BucketV2": (("forceDestroy", *_OFF),),
    "aws:secretsmanager/secret:Secret": (
        ("recoveryWindowInDays?", at_least(7), "at least 7 days"),
    ),
    "aws:backup/vault:Vault": (("forceDestroy", *_OFF),),
}
"""What stands between a mistake and the end of data.

The protection of a cluster, a firewall and a load balancer is not asked for: it is lifted by a
reviewed allowance that expires, which the program reads and a plan does not show.
"""

_TWO_ZONES: Final[_Asked] = (
    lambda value: isinstance(value, list) and len(value) > 1,
    "subnets of at least two zones",
)

ZONES: Final[dict[str, tuple[Demand, ...]]] = {
    "aws:efs/fileSystem:FileSystem": (
        (
            "availabilityZoneName",
            lambda value: value is MISSING,
            "nothing: it is then in all zones",
        ),
    ),
    "aws:eks/cluster:Cluster": (("vpcConfig.subnetIds", *_TWO_ZONES),),
    "aws:elasticache/replicationGroup:ReplicationGroup": (
        ("automaticFailoverEnabled", *_ON),
        ("multiAzEnabled", *_ON),
    ),
    "aws:mq/broker:Broker": (
        (
            "deploymentMode",
            one_of("ACTIVE_STANDBY_MULTI_AZ", "CLUSTER_MULTI_AZ"),
            '"ACTIVE_STANDBY_MULTI_AZ" or "CLUSTER_MULTI_AZ"',
        ),
    ),
    "aws:msk/cluster:Cluster": (("brokerNodeGroupInfo.clientSubnets", *_TWO_ZONES),),
    "aws:opensearch/domain:Domain": (("clusterConfig.zoneAwarenessEnabled", *_ON),),
    "aws:rds/instance:Instance": (("multiAz", *_ON),),
}
"""What goes on when one zone does not."""
