"""S3: moto takes a log bucket's policy only where it is spelt in one way."""

import json
from typing import Any

from moto.s3.models import s3_backends

from sandbox.aws.cloud.call import Call, RefusedCallError
from sandbox.aws.cloud.keeping import Service, Store

_WRITER = "logging.s3.amazonaws.com"


def _log(call: Call, store: Store) -> dict[str, Any]:
    """Say where accesses are logged; the target's policy must let S3 write there."""
    del store
    buckets = s3_backends[call.settings.account]["aws"].buckets
    bucket = buckets.get(call.parameters["Bucket"])
    if bucket is None:
        raise RefusedCallError("NoSuchBucket", "The specified bucket does not exist", 404)
    wanted = call.parameters["BucketLoggingStatus"].get("LoggingEnabled")
    if wanted:
        target = buckets.get(wanted["TargetBucket"])
        if target is None or not _lets_write(target.policy):
            raise RefusedCallError(
                "InvalidTargetBucketForLogging",
                f"The bucket {wanted['TargetBucket']} is not there, or its policy does not let "
                f"{_WRITER} put objects",
            )
    bucket.logging = dict(wanted or {})
    return {}


def _lets_write(policy: bytes | None) -> bool:
    return any(
        one["Effect"] == "Allow"
        and isinstance(one["Principal"], dict)
        and _WRITER in _listed(one["Principal"].get("Service"))
        and "s3:PutObject" in _listed(one["Action"])
        for one in json.loads(policy or b'{"Statement": []}')["Statement"]
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


SERVICE = Service("s3", operations={"PutBucketLogging": _log})
