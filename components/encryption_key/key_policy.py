"""Who may administer a key, who may use it, and what nobody may do: the policy of a key."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pulumi

from components import iam
from components.encryption_key.service import DIRECT, USE, VIA, Service, Statement

ADMINISTRATION: Final = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
"""What the account lets its administrators do: nothing that reads or writes data."""

GRANTS: Final = ("kms:CreateGrant", "kms:RetireGrant")
"""How a service goes on using a key when its caller has gone."""

NEVER: Final = (
    "kms:DeleteImportedKeyMaterial",
    "kms:DisableKeyRotation",
    "kms:GetParametersForImport",
    "kms:ImportKeyMaterial",
    "kms:ReplicateKey",
    "kms:UpdatePrimaryRegion",
)
"""Foreign key material, copies in other regions, and an end to rotation."""

EVERYONE: Final = {"AWS": "*"}
THIS_KEY: Final = ("*",)
"""In the policy of a key, the key that it belongs to."""


def key_policy(
    *, account: str, region: str, services: Sequence[Service], users: Sequence[pulumi.Input[str]]
) -> pulumi.Output[str]:
    """The policy as one document.

    Args:
        account: Number of the account that the key belongs to.
        region: Region of the key.
        services: AWS services that may use it.
        users: ARNs of roles that use it without a service between.
    """
    return iam.document(*statements(account, region, services, users))


def statements(
    account: str,
    region: str,
    services: Sequence[Service],
    users: Sequence[pulumi.Input[str]],
) -> list[dict[str, Any]]:
    """Each right and each prohibition by itself."""
    root = {"AWS": f"arn:aws:iam::{account}:root"}
    hosts = [f"{service}.{region}.amazonaws.com" for service in sorted(VIA & set(services))]
    direct = [
        _direct(statement, account, region)
        for service in sorted(DIRECT.keys() & set(services))
        for statement in DIRECT[service]
    ]
    told = [
        iam.allow(ADMINISTRATION, THIS_KEY, Sid="Administration", Principal=root),
        *_through_services(root, account, hosts),
        *direct,
        *([_directly(users)] if users else []),
        iam.deny(
            [*USE, *GRANTS],
            THIS_KEY,
            Sid="NobodyFromOutside",
            Principal=EVERYONE,
            Condition={
                "StringNotEquals": {"aws:PrincipalAccount": account},
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
            },
        ),
        iam.deny(NEVER, THIS_KEY, Sid="OwnMaterialHereAndRotated", Principal=EVERYONE),
    ]
    return [dict(statement) for statement in told]


def _through_services(
    root: Mapping[str, str], account: str, hosts: Sequence[str]
) -> list[dict[str, Any]]:
    """The account may let its roles use the key, but only by way of these services."""
    if not hosts:
        return []
    condition = {"StringEquals": {"kms:CallerAccount": account, "kms:ViaService": list(hosts)}}
    return [
        iam.allow(
            [*USE, *GRANTS],
            THIS_KEY,
            Sid="ThroughServices",
            Principal=root,
            Condition=condition,
        )
    ]


def _directly(users: Sequence[pulumi.Input[str]]) -> dict[str, Any]:
    return iam.allow(USE, THIS_KEY, Sid="Users", Principal={"AWS": list(users)})


def _direct(statement: Statement, account: str, region: str) -> dict[str, Any]:
    """A service's statement for this account and region."""

    def here(text: str) -> str:
        return text.format(account=account, region=region)

    return iam.allow(
        statement.actions,
        THIS_KEY,
        Principal={kind: here(name) for kind, name in statement.principal.items()},
        Condition={
            operator: {key: here(value) for key, value in tests.items()}
            for operator, tests in statement.condition.items()
        },
    )
