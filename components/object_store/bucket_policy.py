"""What a bucket refuses, whatever a role is allowed, and which AWS services write to it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pulumi

from components import iam
from components.object_store.zone import Writer

EVERYONE: Final = "*"
OBJECTS: Final = (
    "s3:AbortMultipartUpload",
    "s3:DeleteObject*",
    "s3:GetObject*",
    "s3:ListMultipartUploadParts",
    "s3:PutObject*",
    "s3:RestoreObject",
)
"""Everything that reads, writes or destroys data. Listing is not here: with that right, the engine
asks whether a bucket is there, from wherever it runs."""

_ALGORITHM: Final = "s3:x-amz-server-side-encryption"
_KEY: Final = "s3:x-amz-server-side-encryption-aws-kms-key-id"
_CUSTOMER: Final = "s3:x-amz-server-side-encryption-customer-algorithm"
_NO_SERVICE: Final = {"aws:PrincipalIsAWSService": "false"}


def refusals(  # noqa: PLR0913 - the facts that the policy of one bucket names
    arn: pulumi.Input[str],
    *,
    account: str,
    key_arn: pulumi.Input[str],
    vpc_endpoint_ids: Sequence[pulumi.Input[str]],
    service_role_arns: Sequence[pulumi.Input[str]],
    locked: bool,
) -> list[dict[str, Any]]:
    """Denials that no permission overrides.

    Args:
        arn: ARN of the bucket.
        account: Number of the only account that may use it.
        key_arn: Key that its objects are encrypted with.
        vpc_endpoint_ids: Endpoints through which data pass.
        service_role_arns: Roles with which AWS services work from networks of their own.
        locked: Whether its objects are held for their retention.
    """
    inside = objects(arn)
    whole = [arn, inside]
    elsewhere: dict[str, Any] = {
        "StringNotEquals": {"aws:SourceVpce": list(vpc_endpoint_ids)},
        "BoolIfExists": {**_NO_SERVICE, "aws:ViaAWSService": "false"},
    }
    if service_role_arns:
        elsewhere["ArnNotLike"] = {"aws:PrincipalArn": list(service_role_arns)}
    said = [
        _never("TlsOnly", ["s3:*"], whole, {"Bool": {"aws:SecureTransport": "false"}}),
        _never("Tls12OrNewer", ["s3:*"], whole, {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
        _never(
            "OwnAccountOnly",
            ["s3:*"],
            whole,
            {
                "StringNotEquals": {"aws:PrincipalAccount": account},
                "BoolIfExists": _NO_SERVICE,
            },
        ),
        _never(
            "ServicesForOwnAccountOnly",
            ["s3:*"],
            whole,
            {
                "Bool": {"aws:PrincipalIsAWSService": "true"},
                "Null": {"aws:SourceAccount": "false"},
                "StringNotEquals": {"aws:SourceAccount": account},
            },
        ),
        _never("ThroughTheEndpointOnly", OBJECTS, [inside], elsewhere),
        # Whoever names no encryption gets the bucket's own: a wrong name is what is refused.
        _never("NoOtherEncryption", ["s3:PutObject"], [inside], _named(_ALGORITHM, "aws:kms")),
        _never("NoOtherKey", ["s3:PutObject"], [inside], _named(_KEY, key_arn)),
        _never("NoForeignKey", ["s3:PutObject"], [inside], {"Null": {_CUSTOMER: "false"}}),
    ]
    if locked:
        said.append(_never("NoShorterLock", ["s3:BypassGovernanceRetention"], [inside], {}))
    return said


def deliveries(
    arn: pulumi.Input[str], *, account: str, region: str, writers: Sequence[Writer]
) -> list[dict[str, Any]]:
    """What AWS services may write to a bucket for this account.

    Args:
        arn: ARN of the bucket.
        account: Number of the account.
        region: Region of whatever is logged.
        writers: The services.
    """
    return [
        statement for writer in writers for statement in _delivery(writer, arn, account, region)
    ]


def access_logs(arn: pulumi.Input[str], account: str) -> dict[str, Any]:
    """S3 may write the access logs of this account's buckets here."""
    return iam.allow(
        ["s3:PutObject"],
        [objects(arn)],
        Principal={"Service": "logging.s3.amazonaws.com"},
        # No names of buckets: those of a renamed store still bear the old one.
        Condition={"StringEquals": {"aws:SourceAccount": account}},
    )


def objects(arn: pulumi.Input[str], prefix: str = "") -> pulumi.Output[str]:
    """ARN of every object in a bucket, or of those below a prefix."""
    return pulumi.Output.concat(arn, "/", prefix, "*")


def _delivery(
    writer: Writer, arn: pulumi.Input[str], account: str, region: str
) -> list[dict[str, Any]]:
    """A service looks at the bucket, then writes below the account's own prefix."""
    service, source, folder = {
        Writer.CONFIG: (
            "config.amazonaws.com",
            {"StringEquals": {"aws:SourceAccount": account}},
            f"AWSLogs/{account}/Config/",
        ),
        Writer.LOG_DELIVERY: (
            "delivery.logs.amazonaws.com",
            {
                "StringEquals": {"aws:SourceAccount": account},
                "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{region}:{account}:*"},
            },
            f"AWSLogs/{account}/",
        ),
        Writer.TRAIL: (
            "cloudtrail.amazonaws.com",
            {"ArnLike": {"aws:SourceArn": f"arn:aws:cloudtrail:{region}:{account}:trail/*"}},
            f"AWSLogs/{account}/",
        ),
    }[writer]
    principal = {"Service": service}
    return [
        iam.allow(
            ["s3:GetBucketAcl", "s3:ListBucket"], [arn], Principal=principal, Condition=source
        ),
        iam.allow(["s3:PutObject"], [objects(arn, folder)], Principal=principal, Condition=source),
    ]


def _never(
    said: str,
    actions: Sequence[str],
    resources: Sequence[pulumi.Input[str]],
    condition: Mapping[str, Any],
) -> dict[str, Any]:
    more = {"Condition": dict(condition)} if condition else {}
    return iam.deny(actions, resources, Sid=said, Principal=EVERYONE, **more)


def _named(header: str, allowed: pulumi.Input[str]) -> dict[str, Any]:
    """The request names something, and it is something else."""
    return {"Null": {header: "false"}, "StringNotEquals": {header: allowed}}
