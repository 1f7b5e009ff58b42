"""Every bucket, network and web filter writes down who came, into a log of the same plan."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.joining import Companion, alone, belongs
from policies.judging import Declared, Finding, stack_rule

_LOGGING: Final = "aws:s3/bucketLogging:BucketLogging"
_BUCKETS_OF: Final = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
_VPC: Final = "aws:ec2/vpc:Vpc"
_FLOWS: Final = "aws:ec2/flowLog:FlowLog"
_QUERIES: Final = "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation"
_WEB: Final = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"

_BUCKETS: Final = Companion(
    of=_BUCKETS_OF, setting=_LOGGING, key="bucket", name="bucket", words="a BucketLogging of it"
)
_OTHERS: Final = (
    Companion(of=(_VPC,), setting=_FLOWS, key="vpcId", name=None, words="a FlowLog of it"),
    Companion(
        of=(_VPC,), setting=_QUERIES, key="resourceId", name=None, words="a log of its DNS queries"
    ),
    Companion(
        of=("aws:wafv2/webAcl:WebAcl",),
        setting=_WEB,
        key="resourceArn",
        name=None,
        words="a log of what it lets through",
    ),
)
TYPES: Final = dict.fromkeys((*_BUCKETS_OF, _VPC, "aws:wafv2/webAcl:WebAcl"), "urn")


def judge(resources: list[Declared]) -> Iterator[Finding]:
    """Judges what has no log; a bucket that holds the logs of others would log itself."""
    logs = [one for one in resources if one.type == _LOGGING]
    yield from alone(resources, _OTHERS)
    holders = {
        one.urn
        for one in resources
        if one.type in _BUCKETS_OF
        and any(belongs(log, one, "targetBucket", "bucket") for log in logs)
    }
    yield from (one for one in alone(resources, (_BUCKETS,)) if one.urn not in holders)


policy = stack_rule(
    __name__,
    description="Buckets, networks and web filters log who came.",
    severity=Severity.HIGH,
    remediation="add the log that is missing, with a destination of this stack.",
    judge=judge,
)
