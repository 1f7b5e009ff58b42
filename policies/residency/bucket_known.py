"""Every bucket that something writes to or reads from is one whose region is known.

Names and ARNs of S3 carry no region, so a bucket is proven only by being in the plan, where it is
judged itself, or by standing in the boundary.
"""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.boundary import BOUNDARY
from policies.buckets import BUCKETS, mentions, owned
from policies.judging import Declared, Finding, stack_rule

TYPES: Final = {
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": "rules[].destination.bucket",
    "aws:s3/bucket:Bucket": "replicationConfiguration.rules[].destination.bucket",
    "aws:s3/inventory:Inventory": "destination.bucket.bucketArn",
    "aws:s3/bucketLogging:BucketLogging": "targetBucket",
    "aws:ec2/flowLog:FlowLog": "logDestination",
    "aws:lb/loadBalancer:LoadBalancer": "accessLogs.bucket",
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": "bucketArn",
    "aws:cloudtrail/trail:Trail": "s3BucketName",
    "aws:cfg/deliveryChannel:DeliveryChannel": "s3BucketName",
    "aws:dms/s3Endpoint:S3Endpoint": "bucketName",
    "aws:rds/exportTask:ExportTask": "s3BucketName",
    "aws:dynamodb/tableExport:TableExport": "s3Bucket",
    "aws:athena/workgroup:Workgroup": "configuration.resultConfiguration.outputLocation",
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": "dataCaptureConfig",
    "aws:cur/reportDefinition:ReportDefinition": "s3Bucket",
}
_DEMAND: Final = "a bucket of this stack, or one that the boundary lists"


def judge(resources: list[Declared]) -> Iterator[Finding]:
    """Joins every mention of a bucket with the buckets of the plan, by name or by origin."""
    buckets = [one for one in resources if one.type in BUCKETS]
    for resource in resources:
        for path, name in mentions(resource) if resource.type.startswith("aws:") else ():
            top = path.partition(".")[0].partition("[")[0]
            made_from = resource.derived_from.get(top, ())
            known = name in BOUNDARY.bucket_names or any(
                owned(one, name, derived=one.urn in made_from) for one in buckets
            )
            if not known:
                yield Finding(path=path, given=name, allowed=_DEMAND, urn=resource.urn)


policy = stack_rule(
    __name__,
    description="Every bucket that a resource names is of the same plan, or in the boundary.",
    severity=Severity.CRITICAL,
    remediation="name a bucket of this stack, or list it in boundary.yaml with its region's proof.",
    judge=judge,
)
