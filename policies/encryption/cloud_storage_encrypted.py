"""AWS storage is encrypted, with a key of one's own where the service lets one choose."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.accepting import given, one_of, yes
from policies.judging import Declared, Demand, Finding, resource_rule, unmet

_ON: Final = (yes, "true")
_KEY: Final = (given, "the ARN or id of a KMS key")
_KMS: Final = (one_of("KMS"), '"KMS"')
_STORAGE: Final[tuple[Demand, ...]] = (("storageEncrypted", *_ON),)

TYPES: Final[dict[str, tuple[Demand, ...]]] = {
    "aws:cloudwatch/logGroup:LogGroup": (("kmsKeyId", *_KEY),),
    "aws:docdb/cluster:Cluster": _STORAGE,
    "aws:dynamodb/table:Table": (("serverSideEncryption.enabled", *_ON),),
    "aws:ebs/volume:Volume": (("encrypted", *_ON),),
    "aws:ec2/instance:Instance": (
        ("rootBlockDevice.encrypted", *_ON),
        ("ebsBlockDevices[*].encrypted", *_ON),
    ),
    "aws:ec2/launchTemplate:LaunchTemplate": (("blockDeviceMappings[+].ebs.encrypted", *_ON),),
    "aws:ecr/repository:Repository": (("encryptionConfigurations[+].encryptionType", *_KMS),),
    "aws:efs/fileSystem:FileSystem": (("encrypted", *_ON),),
    "aws:eks/cluster:Cluster": (("encryptionConfig.provider.keyArn", *_KEY),),
    "aws:elasticache/replicationGroup:ReplicationGroup": (("atRestEncryptionEnabled", *_ON),),
    "aws:kinesis/stream:Stream": (("encryptionType", *_KMS),),
    "aws:msk/cluster:Cluster": (("encryptionInfo.encryptionAtRestKmsKeyArn", *_KEY),),
    "aws:neptune/cluster:Cluster": _STORAGE,
    "aws:opensearch/domain:Domain": (("encryptAtRest.enabled", *_ON),),
    "aws:rds/cluster:Cluster": _STORAGE,
    "aws:rds/instance:Instance": _STORAGE,
    "aws:redshift/cluster:Cluster": (("encrypted", *_ON),),
    "aws:secretsmanager/secret:Secret": (("kmsKeyId", *_KEY),),
    "aws:sns/topic:Topic": (("kmsMasterKeyId", *_KEY),),
    "aws:sqs/queue:Queue": (("kmsMasterKeyId", *_KEY),),
}


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the encryption settings of one resource; buckets have a rule of their own."""
    yield from unmet(resource.props, TYPES.get(resource.type, ()))


policy = resource_rule(
    __name__,
    description="AWS storage is encrypted at rest.",
    severity=Severity.CRITICAL,
    remediation="turn encryption on and give a KMS key of the same region.",
    judge=judge,
)
