"""Nothing names an AWS account that is neither one's own nor a known peer.

An account of somebody else may be of any country: a copy in it, or a right of it, is a transfer.
"""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policies.accounts import known, named
from policies.denying import denials, refused
from policies.judging import Declared, Finding, resource_rule

TYPES: Final = {
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": "peerOwnerId",
    "aws:ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission": "accountId",
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": "rules[].destination.account",
    "aws:iam/role:Role": "assumeRolePolicy",
    "aws:ram/principalAssociation:PrincipalAssociation": "principal",
    "aws:oam/link:Link": "sinkIdentifier",
    "aws:lambda/permission:Permission": "principal",
    "aws:dlm/lifecyclePolicy:LifecyclePolicy": "policyDetails.schedules[].shareRule.targetAccounts",
}
_FREE_TEXT: Final = ("tags", "tagsAll", "defaultTags", "description")


def judge(resource: Declared) -> Iterator[Finding]:
    """Judges every text of an AWS resource: an account id by itself, or the one of an ARN."""
    if not resource.type.startswith("aws:"):
        return
    below = denials(resource)
    accounts = known(resource)
    for path, value in resource.texts:
        for account in named(value):
            if account in accounts or path.startswith((*below, *_FREE_TEXT)):
                continue
            if not refused(resource, path):
                yield Finding(path=path, given=account, allowed=_DEMAND)


_DEMAND: Final = "an account of the provider (allowedAccountIds), or a peer in the boundary"


policy = resource_rule(
    __name__,
    description="No resource names an AWS account that is neither its own nor a known peer.",
    severity=Severity.CRITICAL,
    remediation="name an account of this environment, or list the peer in boundary.yaml.",
    judge=judge,
)
