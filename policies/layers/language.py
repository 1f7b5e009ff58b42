"""The policy language of AWS, as documents that other programs read as data.

What differs between deployments stands in angle brackets and is filled in by whoever deploys.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

Document = dict[str, Any]

VERSION: Final = "2012-10-17"
"""The only version of the policy language that knows variables."""

ACCOUNT: Final = "<account>"
"""Number of the account that the document is deployed to."""
ORGANISATION: Final = "<organisation>"
"""Id of the organisation."""
KEEPERS: Final = "<keepers>"
"""ARNs of the roles that may dismantle detection; a condition of nothing else falls away."""


def document(*statements: Document) -> Document:
    """The statements as one document."""
    return {"Version": VERSION, "Statement": list(statements)}


def allow(actions: Sequence[str], resources: Sequence[str], equal: Mapping[str, str]) -> Document:
    """A statement of a resource that allows everybody for whom the condition keys are equal."""
    made: Document = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": list(actions),
        "Resource": list(resources),
    }
    return {**made, "Condition": {"StringEquals": dict(equal)}} if equal else made


def deny(sid: str, actions: Sequence[str], **more: Any) -> Document:
    """A statement that denies, whatever else allows; `more` are its other elements."""
    return {"Sid": sid, "Effect": "Deny", "Action": list(actions), "Resource": "*", **more}
