"""What makes each AWS service that keeps data encrypt it, with a key of one's own, as a table."""

from typing import Final

from policies.accepting import customer_key, one_of, yes
from policies.judging import Demand

_ON: Final = (yes, "true")
_KEY: Final = (customer_key, "the ARN or id of a KMS key of your own")
_KMS: Final = (one_of("KMS"), '"KMS"')
_SSE_KMS: Final = (one_of("SSE-KMS"), '"SSE-KMS"')
_CSE_KMS: Final = (one_of("CSE-KMS"), '"CSE-KMS"')
_DEFAULT: Final = "applyServerSideEncryptionByDefault.kmsMasterKeyId"
_GLUE: Final = "encryptionConfiguration"
_CATALOGUE: Final = "dataCatalogEncryptionSettings"
_RESULTS: Final = "configuration.resultConfiguration.encryptionConfiguration"
_DATABASE: Final[tuple[Demand, ...]] = (("storageEncrypted", *_ON), ("kmsKeyId", *_KEY))
_FIREWALL: Final[tuple[Demand, ...]] = (
    ("encryptionConfiguration.type", one_of("CUSTOMER_KMS"), '"CUSTOMER_KMS"'),
    ("encryptionConfiguration.keyId", *_KEY),
)

STORAGE: Final[dict[str, tuple[Demand, ...]]] = {
    "aws:athena/workgroup:Workgroup": (
        ("configuration.enforceWorkgroupConfiguration", *_ON),
        (f"{_RESULTS}.encryptionOption", one_of("SSE_KMS", "CSE_KMS"), '"SSE_KMS" or "CSE_KMS"'),
        (f"{_RESULTS}.kmsKeyArn", *_KEY),
    ),
    "aws:backup/vault:Vault": (("kmsKeyArn", *_KEY),),
    "aws:cfg/deliveryChannel:DeliveryChannel": (("s3KmsKeyArn", *_KEY),),
    "aws:cloudtrail/trail:Trail": (("kmsKeyId", *_KEY),),
    "aws:cloudwatch/logGroup:LogGroup": (("kmsKeyId", *_KEY),),
    "aws:docdb/cluster:Cluster": _DATABASE,
    "aws:dynamodb/table:Table": (
        ("serverSideEncryption.enabled", *_ON),
        ("serverSideEncryption.kmsKeyArn", *_KEY),
    ),
    "aws:ebs/defaultKmsKey:DefaultKmsKey": (("keyArn", *_KEY),),
    "aws:ebs/encryptionByDefault:EncryptionByDefault": (
        ("enabled?", *_ON),  # on where nothing is said
    ),
    "aws:ebs/snapshotCopy:SnapshotCopy": (("encrypted", *_ON), ("kmsKeyId", *_KEY)),
    "aws:ebs/volume:Volume": (("encrypted", *_ON), ("kmsKeyId", *_KEY)),
    "aws:ec2/instance:Instance": (
        ("rootBlockDevice.encrypted", *_ON),
        ("rootBlockDevice.kmsKeyId", *_KEY),
        ("ebsBlockDevices[*].encrypted", *_ON),
        ("ebsBlockDevices[*].kmsKeyId", *_KEY),
    ),
    "aws:ec2/launchTemplate:LaunchTemplate": (
        ("blockDeviceMappings[+].ebs.encrypted", *_ON),
        ("blockDeviceMappings[*].ebs.kmsKeyId", *_KEY),
    ),
    "aws:ecr/repository:Repository": (
        ("encryptionConfigurations[+].encryptionType", *_KMS),
        ("encryptionConfigurations[*].kmsKey", *_KEY),
    ),
    "aws:efs/fileSystem:FileSystem": (("encrypted", *_ON), ("kmsKeyId", *_KEY)),
    "aws:eks/cluster:Cluster": (("encryptionConfig.provider.keyArn", *_KEY),),
    "aws:elasticache/replicationGroup:ReplicationGroup": (
        ("atRestEncryptionEnabled", *_ON),
        ("kmsKeyId", *_KEY),
    ),
    "aws:glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings": (
        (f"{_CATALOGUE}.encryptionAtRest.catalogEncryptionMode", *_SSE_KMS),
        (f"{_CATALOGUE}.encryptionAtRest.sseAwsKmsKeyId", *_KEY),
        (f"{_CATALOGUE}.connectionPasswordEncryption.returnConnectionPasswordEncrypted", *_ON),
        (f"{_CATALOGUE}.connectionPasswordEncryption.awsKmsKeyId", *_KEY),
    ),
    "aws:glue/securityConfiguration:SecurityConfiguration": (
        (f"{_GLUE}.cloudwatchEncryption.cloudwatchEncryptionMode", *_SSE_KMS),
        (f"{_GLUE}.cloudwatchEncryption.kmsKeyArn", *_KEY),
        (
            f"{_GLUE}.jobBookmarksEncryption.jobBookmarksEncryptionMode",
            one_of("CSE-KMS"),
            "CSE-KMS",
        ),
        (f"{_GLUE}.jobBookmarksEncryption.kmsKeyArn", *_KEY),
        (f"{_GLUE}.s3Encryption.s3EncryptionMode", *_SSE_KMS),
        (f"{_GLUE}.s3Encryption.kmsKeyArn", *_KEY),
    ),
    "aws:kinesis/stream:Stream": (("encryptionType", *_KMS), ("kmsKeyId", *_KEY)),
    "aws:msk/cluster:Cluster": (("encryptionInfo.encryptionAtRestKmsKeyArn", *_KEY),),
    "aws:neptune/cluster:Cluster": (("storageEncrypted", *_ON), ("kmsKeyArn", *_KEY)),
    "aws:networkfirewall/firewall:Firewall": _FIREWALL,
    "aws:networkfirewall/firewallPolicy:FirewallPolicy": _FIREWALL,
    "aws:networkfirewall/ruleGroup:RuleGroup": _FIREWALL,
    "aws:opensearch/domain:Domain": (
        ("encryptAtRest.enabled", *_ON),
        ("encryptAtRest.kmsKeyId", *_KEY),
    ),
    "aws:rds/cluster:Cluster": _DATABASE,
    "aws:rds/instance:Instance": _DATABASE,
    "aws:redshift/cluster:Cluster": (("encrypted", *_ON), ("kmsKeyId", *_KEY)),
    # Algorithms of buckets are judged by a rule of their own, which joins bucket and setting.
    "aws:s3/bucket:Bucket": ((f"serverSideEncryptionConfiguration?.rule.{_DEFAULT}", *_KEY),),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        (f"rules[+].{_DEFAULT}", *_KEY),
    ),
    "aws:secretsmanager/secret:Secret": (("kmsKeyId", *_KEY),),
    "aws:sns/topic:Topic": (("kmsMasterKeyId", *_KEY),),
    "aws:sqs/queue:Queue": (("kmsMasterKeyId", *_KEY),),
}
"""By type, what is asked of each."""
