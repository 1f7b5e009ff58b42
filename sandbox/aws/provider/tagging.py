"""How each service tags what it has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_TAGS = {"resourcetags", "tags", "taglist", "tagslist", "tagstoadd", "tagset"}
_KEYS = {"resourcetagkeys", "tagkeys", "keys", "tagkeylist", "tagstoremove", "tags", "tagslist"}


@dataclass(frozen=True)
class Tagging:
    """The operations that tag one resource."""

    tag: str
    untag: str
    who: Mapping[str, Any] = field(default_factory=dict)
    """Parameters that name the resource: texts with `{...}`; found in the model by default."""
    read: str = ""
    """Operation that lists the tags."""
    whole: str = ""
    """For a service that takes the tags as one: the member that holds them."""


# Only what cannot be found: the service has no `TagResource`, or it names the resource otherwise.
SERVICES: dict[str, Tagging] = {
    "acm": Tagging(
        "AddTagsToCertificate",
        "RemoveTagsFromCertificate",
        {"CertificateArn": "{arn}"},
        "ListTagsForCertificate",
    ),
    "acm-pca": Tagging(
        "TagCertificateAuthority",
        "UntagCertificateAuthority",
        {"CertificateAuthorityArn": "{arn}"},
        "ListTags",
    ),
    "cloudtrail": Tagging("AddTags", "RemoveTags", {"ResourceId": "{arn}"}),
    "ec2": Tagging("CreateTags", "DeleteTags", {"Resources": ["{id}"]}),
    "efs": Tagging("TagResource", "UntagResource", {"ResourceId": "{id}"}, "ListTagsForResource"),
    "elbv2": Tagging("AddTags", "RemoveTags", {"ResourceArns": ["{arn}"]}),
    "kms": Tagging("TagResource", "UntagResource", {"KeyId": "{id}"}, "ListResourceTags"),
    "organizations": Tagging(
        "TagResource", "UntagResource", {"ResourceId": "{id}"}, "ListTagsForResource"
    ),
    "rds": Tagging(
        "AddTagsToResource",
        "RemoveTagsFromResource",
        {"ResourceName": "{arn}"},
        "ListTagsForResource",
    ),
    "s3": Tagging(
        "PutBucketTagging", "DeleteBucketTagging", {"Bucket": "{id}"}, "GetBucketTagging", "Tagging"
    ),
    "secretsmanager": Tagging("TagResource", "UntagResource", {"SecretId": "{id}"}),
    "sqs": Tagging("TagQueue", "UntagQueue", {"QueueUrl": "{id}"}, "ListQueueTags"),
    "ssm": Tagging("AddTagsToResource", "RemoveTagsFromResource", {"ResourceId": "{id}"}),
}


def found(service: str, model: Any) -> Tagging | None:
    """Return how a service tags, from the table or from its model; None where it does not."""
    if service in SERVICES:
        return SERVICES[service]
    operations = model.operation_names
    if "TagResource" not in operations or "UntagResource" not in operations:
        return None
    shape = model.operation_model("TagResource").input_shape
    who = next(name for name in shape.required_members if name.lower() not in _TAGS)
    read = next((name for name in ("ListTagsForResource", "ListTags") if name in operations), "")
    if not read and "GetTags" in operations:
        read = "GetTags"
    return Tagging("TagResource", "UntagResource", {who: "{arn}"}, read)


def member_for_tags(shape: Any) -> str | None:
    """Return the member that takes tags, if a structure has one."""
    return next((name for name in shape.members if name.lower() in _TAGS), None)


def member_for_keys(shape: Any) -> str:
    """Return the member that takes the keys of tags to take away."""
    return str(next(name for name in shape.members if name.lower() in _KEYS))
