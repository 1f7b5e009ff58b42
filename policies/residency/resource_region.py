"""Every AWS resource, and everything it points to by region or zone, is in an allowed region."""

import re
from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.denying import denials
from policies.judging import Declared, Finding, resource_rule
from policies.locations import ALLOWED_REGIONS, allowed
from policies.reading import MISSING, UNKNOWN, Tree, field

TYPES: Final = {
    "aws:s3/bucket:Bucket": "region",
    "aws:dynamodb/table:Table": "replicas[].regionName",
    "aws:kms/key:Key": "multiRegion",
    "aws:ebs/volume:Volume": "availabilityZone",
}

_REGION_KEY: Final = re.compile(r"region(s|names?)?$", re.IGNORECASE)
_ZONE_KEY: Final = re.compile(r"availabilityzones?$", re.IGNORECASE)
_ZONE_LETTER: Final = re.compile(r"[a-z]$")
_FREE_TEXT: Final = ("tags.", "tagsAll.", "defaultTags.")


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the effective region, then every region and zone named at any depth."""
    if not resource.type.startswith("aws:"):
        return
    if field(resource.props, "region") is MISSING:
        inherited = field(resource.provider_props, "region")
        if not (isinstance(inherited, str) and allowed(inherited)):
            yield Finding(path="provider.region", given=inherited, allowed=ALLOWED_REGIONS)
    refused = denials(resource)
    for path, value in resource.leaves:
        if not path.startswith(refused) and not _inside(path, value):
            yield Finding(path=path, given=value, allowed=ALLOWED_REGIONS)


def _inside(path: str, value: Tree) -> bool:
    key = path.rpartition(".")[2].partition("[")[0]
    if path.startswith(_FREE_TEXT):
        return True
    if _REGION_KEY.search(key):
        # An unknown region is unproven, and a plain true opens all others (multiRegion).
        return value not in (True, UNKNOWN) and (not isinstance(value, str) or allowed(value))
    if _ZONE_KEY.search(key):
        # A zone is one of the resource's own region, so an unknown one is as good as that.
        return not isinstance(value, str) or allowed(_ZONE_LETTER.sub("", value))
    return True


policy = resource_rule(
    __name__,
    description="AWS resources are in an allowed region and name no other region or zone.",
    severity=Severity.CRITICAL,
    remediation="drop the region, so that the one of the provider holds, or name an allowed one.",
    judge=judge,
)
