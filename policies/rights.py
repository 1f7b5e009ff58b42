"""Which rights are too much when they are given wholesale."""

import re
from typing import Final

from policies.reading import Tree

DATA_RIGHTS: Final = (
    "athena:GetQueryResults",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "ec2:CreateSnapshot",
    "ec2:ModifySnapshotAttribute",
    "iam:PassRole",
    "kafka-cluster:ReadData",
    "kms:CreateGrant",
    "kms:Decrypt",
    "lakeformation:GrantPermissions",
    "rds:ModifyDBSnapshotAttribute",
    "s3:GetObject",
    "s3:PutBucketPolicy",
    "s3:PutObject",
    "s3:PutReplicationConfiguration",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameter",
    "sts:AssumeRole",
)
"""What reads data, sends it away, opens it to others, or becomes somebody who may."""

GRANTS_NOTHING: Final = ("aws:organizations/", "aws:ec2/vpcEndpoint")
"""Types whose policies only narrow what others grant."""

_BROAD: Final = re.compile(
    r":policy/(?:.+/)?(AdministratorAccess.*|PowerUserAccess|ReadOnlyAccess|\w*Full_?Access\w*"
    r"|SystemAdministrator|DatabaseAdministrator|DataScientist)$"
)


def broad_managed(policy: Tree) -> bool:
    """Tells whether a managed policy of AWS gives rights over a whole service, or all of them."""
    return isinstance(policy, str) and ":aws:policy/" in policy and bool(_BROAD.search(policy))
