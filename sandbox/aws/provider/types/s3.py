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
        refuse=dict.fromkeys(
            (
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
            ),
            _APART,
        )
        | {"bucketPrefix": "name it by its Pulumi name"},
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
)
