"""Bucket policies as far as moto can judge them: it knows no conditions.

A denial of everything that comes without TLS would deny everything. So statements with a condition
are left out when a call is judged; they are kept and told all the same.
"""

import json
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket


def install() -> None:
    """Let moto's buckets judge calls by what can be judged."""
    FakeBucket.get_permission = _permission


def _permission(bucket: Any, action: str, resource: str) -> Any:
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    policy = json.loads(bucket.policy)
    judged = [one for one in policy["Statement"] if not one.get("Condition")]
    if not judged:
        return PermissionResult.NEUTRAL
    document = json.dumps({**policy, "Statement": judged})
    return IAMPolicy(document).is_action_permitted(action, resource)
