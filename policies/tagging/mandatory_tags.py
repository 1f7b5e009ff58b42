"""Every AWS resource that takes tags carries the mandatory ones, its own or its provider's."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pulumi_policy import Severity

from policies.judging import Declared, Finding, resource_rule
from policies.reading import MISSING, Tree, field, structured

MANDATORY: Final = ("owner", "cost-centre", "environment", "workload", "data-class", "profile")

TYPES: Final = {"aws:autoscaling/group:Group": "tags", "aws:s3/bucket:Bucket": "tags"}

# All other types are judged, so that one that nobody has seen yet is not let through.
_UNTAGGABLE: Final = frozenset(
    Path(__file__).with_name("untaggable.txt").read_text(encoding="utf-8").split()
)
# Providers do not pass their default tags on to these, which list them with key and value.
_LISTED: Final = frozenset({"aws:autoscaling/group:Group"})


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the tags that the resource will have: its own stand before its provider's."""
    if not resource.type.startswith("aws:") or resource.type in _UNTAGGABLE:
        return
    own = field(resource.props, "tags")
    if resource.type in _LISTED:
        tags = {tag.get("key"): tag.get("value") for tag in own} if isinstance(own, list) else {}
    else:
        defaults = structured(field(resource.provider_props, "defaultTags"))
        tags = {**_mapping(field(defaults, "tags")), **_mapping(own)}
    lacking = [key for key in MANDATORY if not _said(tags.get(key, MISSING))]
    if lacking:
        demand = f"a text, known at preview, for {', '.join(lacking)}"
        yield Finding(path="tags", given=tags or own, allowed=demand)


def _mapping(tags: Tree) -> dict[str, Tree]:
    return tags if isinstance(tags, dict) else {}


def _said(value: Tree) -> bool:
    return isinstance(value, str) and value.strip() != ""


policy = resource_rule(
    __name__,
    description=f"AWS resources carry the tags {', '.join(MANDATORY)}.",
    severity=Severity.MEDIUM,
    remediation="give the provider default tags, and the resource the tags of its component.",
    judge=judge,
)
