"""Every bucket keeps versions, is encrypted under an own key, and blocks public access."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from sandbox.rehearsal.live import Found, Live


def verify(live: Live) -> Found:
    """Ask S3 about every bucket of the account."""
    s3 = live.cloud.client("s3")
    names = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    # What S3 itself writes its access logs into takes only S3's own key.
    logs = {_logged(s3, name) for name in names}
    return Found(
        len(names), [fault for name in names for fault in _faults(s3, name, logs=name in logs)]
    )


def _faults(s3: Any, name: str, *, logs: bool) -> Iterator[str]:
    if s3.get_bucket_versioning(Bucket=name).get("Status") != "Enabled":
        yield f"bucket {name} keeps no versions"
    found = _or_none(s3.get_bucket_encryption, name)
    rules = found["ServerSideEncryptionConfiguration"]["Rules"] if found else []
    applied = [rule.get("ApplyServerSideEncryptionByDefault", {}) for rule in rules]
    own_key = any(
        one.get("SSEAlgorithm", "").startswith("aws:kms") and one.get("KMSMasterKeyID")
        for one in applied
    )
    if not own_key and not (logs and applied):
        yield f"bucket {name} is not encrypted under an own key: {applied}"
    block = _or_none(s3.get_public_access_block, name)
    settings = block["PublicAccessBlockConfiguration"] if block else {}
    wanted = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    if not all(settings.get(one) for one in wanted):
        yield f"bucket {name} does not block public access: {settings}"


def _logged(s3: Any, name: str) -> str:
    logging = s3.get_bucket_logging(Bucket=name).get("LoggingEnabled", {})
    return str(logging.get("TargetBucket", ""))


def _or_none(ask: Any, name: str) -> Any:
    try:
        return ask(Bucket=name)
    except ClientError:
        return None
