"""Buckets and their settings."""

from sandbox.aws.provider.resource import Aws, Do, Facts, Resource

_APART = "deprecated: it has a resource type of its own"
_SETTINGS = (
    "accelerationStatus",
    "acl",
    "corsRules",
    "grants",
    "lifecycleRules",
    "logging",
    "objectLockConfiguration",
    "policy",
    "replicationConfiguration",
    "requestPayer",
    "serverSideEncryptionConfiguration",
    "versioning",
    "website",
)
_OWNER = "the stand-in has one account"


def _delete_bucket(aws: Aws, facts: Facts) -> None:
    if facts.get("forceDestroy"):
        while True:
            held = aws("ListObjectVersions", Bucket=facts["id"])
            versions = [*held.get("Versions", ()), *held.get("DeleteMarkers", ())]
            if not versions:
                break
            named = [{"Key": v["Key"], "VersionId": v["VersionId"]} for v in versions]
            aws("DeleteObjects", Bucket=facts["id"], Delete={"Objects": named, "Quiet": True})
    aws("DeleteBucket", Bucket=facts["id"])


def _delete_access_block(aws: Aws, facts: Facts) -> None:
    if not facts.get("skipDestroy"):
        aws("DeletePublicAccessBlock", Bucket=facts["bucket"])


_SMALLEST = {"TransitionDefaultMinimumObjectSize": "{transitionDefaultMinimumObjectSize}"}
_LOGGING = {
    "BucketLoggingStatus": {
        "LoggingEnabled": {"TargetBucket": "{targetBucket}", "TargetPrefix": "{targetPrefix}"}
    }
}

TYPES = (
    Resource(
        "aws:s3/bucket:Bucket",
        "s3",
        create=Do(
            "CreateBucket",
            send={"CreateBucketConfiguration": {"LocationConstraint": "{region}"}},
        ),
        id="{bucket}",
        key={"Bucket": "{id}"},
        read="HeadBucket",
        delete=_delete_bucket,
        name="bucket",
        rename={"objectLockEnabled": "ObjectLockEnabledForBucket"},
        outputs={
            "arn": "arn:aws:s3:::{id}",
            "bucketDomainName": "{id}.s3.amazonaws.com",
            "bucketRegion": "{region}",
            "bucketRegionalDomainName": "{id}.s3.{region}.amazonaws.com",
        },
        defaults={"acl": "private", "hostedZoneId": "Z0", "requestPayer": "BucketOwner"},
        unfilled=("websiteDomain", "websiteEndpoint"),
        replace=("bucket", "bucketNamespace", "bucketPrefix", "objectLockEnabled"),
        ignore={"forceDestroy": "counts when the bucket is deleted"},
        refuse=dict.fromkeys(_SETTINGS, _APART) | {"bucketPrefix": "name it by its Pulumi name"},
        gone="404",
    ),
    Resource(
        "aws:s3/bucketVersioning:BucketVersioning",
        "s3",
        create="PutBucketVersioning",
        id="{bucket}",
        key={"Bucket": "{bucket}"},
        read="GetBucketVersioning",
        update="PutBucketVersioning",
        # A bucket that had versions never is without versioning again.
        delete=Do("PutBucketVersioning", send={"VersioningConfiguration": {"Status": "Suspended"}}),
        replace=("bucket", "expectedBucketOwner"),
        gone=lambda live: "Status" not in live,
        after=lambda live: {"VersioningConfiguration": live},
    ),
    Resource(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "s3",
        create=Do("PutBucketEncryption", into="ServerSideEncryptionConfiguration"),
        id="{bucket}",
        key={"Bucket": "{bucket}"},
        read=Do("GetBucketEncryption", at="ServerSideEncryptionConfiguration"),
        update=Do("PutBucketEncryption", into="ServerSideEncryptionConfiguration"),
        delete="DeleteBucketEncryption",
        replace=("bucket", "expectedBucketOwner"),
        ignore={"expectedBucketOwner": _OWNER},
    ),
    Resource(
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "s3",
        create=Do("PutPublicAccessBlock", into="PublicAccessBlockConfiguration"),
        id="{bucket}",
        key={"Bucket": "{bucket}"},
        read=Do("GetPublicAccessBlock", at="PublicAccessBlockConfiguration"),
        update=Do("PutPublicAccessBlock", into="PublicAccessBlockConfiguration"),
        delete=_delete_access_block,
        replace=("bucket",),
        ignore={"skipDestroy": "counts when the block is deleted"},
    ),
    Resource(
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "s3",
        create=Do("PutBucketOwnershipControls", into="OwnershipControls"),
        id="{bucket}",
        key={"Bucket": "{bucket}"},
        read=Do("GetBucketOwnershipControls", at="OwnershipControls"),
        update=Do("PutBucketOwnershipControls", into="OwnershipControls"),
        delete="DeleteBucketOwnershipControls",
        replace=("bucket",),
    ),
    Resource(
        "aws:s3/bucketPolicy:BucketPolicy",
        "s3",
        create="PutBucketPolicy",
        id="{bucket}",
        key={"Bucket": "{bucket}"},
        read="GetBucketPolicy",
        update="PutBucketPolicy",
        delete="DeleteBucketPolicy",
        replace=("bucket",),
    ),
    Resource(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "s3",
        create=Do("PutBucketLifecycleConfiguration", into="LifecycleConfiguration", send=_SMALLEST),
        id="{bucket}",
        key={"Bucket": "{bucket}"},
        read="GetBucketLifecycleConfiguration",
        update=Do("PutBucketLifecycleConfiguration", into="LifecycleConfiguration", send=_SMALLEST),
        delete="DeleteBucketLifecycle",
        rename={"rules.id": "ID", "rules.filter.and": "And"},
        defaults={"transitionDefaultMinimumObjectSize": "all_storage_classes_128K"},
        replace=("bucket", "expectedBucketOwner"),
        ignore={"expectedBucketOwner": _OWNER},
        unfilled=("expectedBucketOwner",),
    ),
    Resource(
        "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        "s3",
        create=Do("PutObjectLockConfiguration", into="ObjectLockConfiguration"),
        id="{bucket}",
        key={"Bucket": "{bucket}"},
        read=Do("GetObjectLockConfiguration", at="ObjectLockConfiguration"),
        update=Do("PutObjectLockConfiguration", into="ObjectLockConfiguration"),
        # A bucket made for locks stays so; what goes is the retention of new objects.
        delete=Do(
            "PutObjectLockConfiguration",
            send={"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}},
        ),
        defaults={"objectLockEnabled": "Enabled"},
        replace=("bucket", "expectedBucketOwner", "objectLockEnabled"),
        ignore={
            "expectedBucketOwner": _OWNER,
            "token": "needed for buckets that were not made for locks",
        },
        gone=lambda live: "DefaultRetention" not in live.get("Rule", {}),
    ),
    Resource(
        "aws:s3/bucketLogging:BucketLogging",
        "s3",
        create=Do("PutBucketLogging", send=_LOGGING),
        id="{bucket}",
        key={"Bucket": "{bucket}"},
        read=Do("GetBucketLogging", at="LoggingEnabled"),
        update=Do("PutBucketLogging", send=_LOGGING),
        delete=Do("PutBucketLogging", send={"BucketLoggingStatus": {}}),
        defaults={"targetPrefix": ""},
        replace=("bucket", "expectedBucketOwner"),
        ignore={"expectedBucketOwner": _OWNER},
        refuse={
            "targetGrants": "buckets have no access lists",
            "targetObjectKeyFormat": "moto keeps the simple one only",
        },
    ),
)
