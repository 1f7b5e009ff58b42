"""Every AWS resource, and everything it points to by region or zone, is in an allowed region."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.aws.places import ACCEPTED, foreign_place, kind
from policies.denying import denials
from policies.judging import Declared, Finding, resource_rule
from policies.locations import ALLOWED_REGIONS, allowed
from policies.reading import MISSING, field

TYPES: Final = {
    "aws:s3/bucket:Bucket": "region",
    "aws:dynamodb/table:Table": "replicas[].regionName",
    "aws:kms/key:Key": "multiRegion",
    "aws:ebs/volume:Volume": "availabilityZone",
    "aws:dlm/lifecyclePolicy:LifecyclePolicy": "policyDetails",
    "aws:ec2/vpcIpamPool:VpcIpamPool": "locale",
    "aws:ec2/vpnConnection:VpnConnection": "enableAcceleration",
    "aws:s3/directoryBucket:DirectoryBucket": "location.name",
}

_FREE_TEXT: Final = ("tags.", "tagsAll.", "defaultTags.")


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges the effective region, then every region and zone named at any depth."""
    if not resource.type.startswith("aws:"):
        return
    if field(resource.props, "region") is MISSING:
        inherited = field(resource.provider_props, "region")
        if not (isinstance(inherited, str) and allowed(inherited)):
            yield Finding(path="provider.region", given=inherited, allowed=ALLOWED_REGIONS)
    spared = (*_FREE_TEXT, *denials(resource))
    said = set()
    for path, value in resource.leaves:
        what = kind(resource.type, path)
        if what is not None:
            said.add(path)
            if what != "nothing" and not path.startswith(spared):
                accept, demand = ACCEPTED[what]
                if not accept(value):
                    yield Finding(path=path, given=value, allowed=demand)
    for path, text in resource.texts:
        if foreign_place(text) and path not in said and not path.startswith(spared):
            yield Finding(path=path, given=text, allowed=ALLOWED_REGIONS)


policy = resource_rule(
    __name__,
    description="AWS resources are in an allowed region and name no other region or zone.",
    severity=Severity.CRITICAL,
    remediation="drop the region, so that the one of the provider holds, or name an allowed one.",
    judge=judge,
)
