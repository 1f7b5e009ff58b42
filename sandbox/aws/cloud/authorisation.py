"""Whether S3 answers a pod: by the documents of its role, the bucket and the network's endpoint.

It judges what comes by the name of the service, as pods ask. The engine and the sandbox ask at the
stand-in's own address and are let through: an account would judge them by a role nobody here has.
Rights to keys are not judged, since S3 uses a key in the name of whoever asks.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.s3.models import s3_backends
from moto.sts.models import sts_backends

from sandbox.aws.cloud.call import ACCESS_KEY, Call, RefusedCallError
from sandbox.aws.cloud.policy_language import Request, Said, UnknownConditionError, said

DOMAIN: Final = ".amazonaws.com"
GLOBAL: Final = "aws"
FORBIDDEN: Final = 403
TLS: Final = "1.2"
"""The oldest version that the names of services are answered with."""
ACTIONS: Final = {
    "AbortMultipartUpload": "AbortMultipartUpload",
    "CompleteMultipartUpload": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteObject": "DeleteObject",
    "GetObject": "GetObject",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts",
    "PutObject": "PutObject",
    "UploadPart": "PutObject",
}
"""Operation -> the action that it needs, where they differ in name or are what pods call."""
OF_VERSIONS: Final = {"GetObject": "GetObjectVersion", "DeleteObject": "DeleteObjectVersion"}
HEADERS: Final = (
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-customer-algorithm",
)


def judge(call: Call) -> None:
    """Let a call to S3 through, or not.

    Raises:
        RefusedCallError: Its role may not do it, or the bucket or the way there forbids it.
    """
    if call.service != "s3" or not call.request.host.partition(":")[0].endswith(DOMAIN):
        return
    key = ACCESS_KEY.search(call.request.headers.get("Authorization", ""))
    account = call.settings.account
    session = sts_backends[account][GLOBAL].get_assumed_role_from_access_key(
        key.group(1) if key else ""
    )
    if session is None:
        raise RefusedCallError(
            "InvalidAccessKeyId", "The AWS Access Key Id is of no session here.", FORBIDDEN
        )
    gateway = _gateway(call)
    request = _request(call, session.role_arn, gateway.id)
    role, way = list(_of_role(account, session.role_arn)), [json.loads(gateway.policy_document)]
    bucket = list(_of_bucket(call))
    try:
        told = {who: said(documents, request) for who, documents in
                (("role", role), ("endpoint", way), ("bucket", bucket))}  # fmt: skip
    except UnknownConditionError as error:
        raise RefusedCallError("NotInStandIn", str(error), 501) from error
    denied = [who for who, word in told.items() if word is Said.DENIED]
    silent = [who for who in ("role", "endpoint") if told[who] is Said.NOTHING]
    if denied or silent:
        why = f"denied by its {denied[0]}" if denied else f"not allowed by its {silent[0]}"
        raise RefusedCallError(
            "AccessDenied",
            f"{session.role_arn} may not {request.action} on {request.resource}: {why}",
            FORBIDDEN,
        )


def _request(call: Call, role: str, gateway: str) -> Request:
    headers, values = call.request.headers, call.request.values
    action = ACTIONS.get(call.operation, call.operation)
    if "versionId" in values:
        action = OF_VERSIONS.get(action, action)
    named = "/".join(filter(None, (_bucket_name(call), call.path_parameters.get("Key", ""))))
    account = call.settings.account
    facts = {
        "aws:PrincipalAccount": account,
        "aws:PrincipalArn": role,
        "aws:PrincipalIsAWSService": "false",
        "aws:RequestedRegion": call.region,
        "aws:ResourceAccount": account,
        "aws:SecureTransport": "true",
        "aws:SourceVpce": gateway,
        "aws:ViaAWSService": "false",
        "s3:TlsVersion": TLS,
        **{f"s3:{name}": headers[name] for name in HEADERS if name in headers},
    }
    if "prefix" in values:
        facts["s3:prefix"] = values["prefix"]
    return Request(f"s3:{action}", f"arn:aws:s3:::{named}", facts)


def _bucket_name(call: Call) -> str:
    return str(call.path_parameters.get("Bucket", ""))


def _gateway(call: Call) -> Any:
    """The network's way to S3.

    Raises:
        RefusedCallError: There is none.
    """
    endpoints = ec2_backends[call.settings.account][call.region].vpc_end_points.values()
    for one in endpoints:
        # Moto keeps those that were deleted.
        if one.service_name == f"com.amazonaws.{call.region}.s3" and one.state == "available":
            return one
    raise RefusedCallError("AccessDenied", "The network has no endpoint of S3.", FORBIDDEN)


def _of_role(account: str, arn: str) -> Iterator[Mapping[str, Any]]:
    for role in iam_backends[account][GLOBAL].roles.values():
        if role.arn == arn:
            yield from (_read(document) for document in role.policies.values())
            yield from (_read(policy.document) for policy in role.managed_policies.values())


def _of_bucket(call: Call) -> Iterator[Mapping[str, Any]]:
    bucket = s3_backends[call.settings.account][GLOBAL].buckets.get(_bucket_name(call))
    if bucket is not None and bucket.policy:
        yield json.loads(bucket.policy)


def _read(document: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(document) if isinstance(document, str) else document
    return found
