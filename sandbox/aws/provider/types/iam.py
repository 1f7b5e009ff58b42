"""Roles, policies and instance profiles."""

from typing import Any

from sandbox.aws.provider.resource import Aspect, Aws, Do, Facts, Resource
from sandbox.aws.provider.tagging import Tagging

_APART = "deprecated: make a RolePolicy or a RolePolicyAttachment"


def tagging(noun: str, who: str) -> Tagging:
    """Return how IAM tags one kind of thing: each has operations of its own."""
    return Tagging(f"Tag{noun}", f"Untag{noun}", {who: "{id}"}, f"List{noun}Tags")


def _read_policy(aws: Aws, facts: Facts) -> dict[str, Any]:
    policy = aws("GetPolicy", PolicyArn=facts["id"])["Policy"]
    version = aws("GetPolicyVersion", PolicyArn=facts["id"], VersionId=policy["DefaultVersionId"])
    return {**policy, "PolicyDocument": version["PolicyVersion"]["Document"]}


def _update_policy(aws: Aws, facts: Facts) -> None:
    """AWS keeps five versions; only the one in force is of use here."""
    before = aws("GetPolicy", PolicyArn=facts["id"])["Policy"]["DefaultVersionId"]
    aws(
        "CreatePolicyVersion",
        PolicyArn=facts["id"],
        PolicyDocument=facts["policy"],
        SetAsDefault=True,
    )
    aws("DeletePolicyVersion", PolicyArn=facts["id"], VersionId=before)


def _delete_policy(aws: Aws, facts: Facts) -> None:
    for version in aws("ListPolicyVersions", PolicyArn=facts["id"])["Versions"]:
        if not version["IsDefaultVersion"]:
            aws("DeletePolicyVersion", PolicyArn=facts["id"], VersionId=version["VersionId"])
    aws("DeletePolicy", PolicyArn=facts["id"])


def _set_role(aws: Aws, facts: Facts) -> None:
    """A profile holds one role, so the old one goes first."""
    _remove_role(aws, facts)
    aws("AddRoleToInstanceProfile", InstanceProfileName=facts["id"], RoleName=facts["role"])


def _remove_role(aws: Aws, facts: Facts) -> None:
    profile = aws("GetInstanceProfile", InstanceProfileName=facts["id"])["InstanceProfile"]
    for role in profile["Roles"]:
        aws(
            "RemoveRoleFromInstanceProfile",
            InstanceProfileName=facts["id"],
            RoleName=role["RoleName"],
        )


def _delete_profile(aws: Aws, facts: Facts) -> None:
    _remove_role(aws, facts)
    aws("DeleteInstanceProfile", InstanceProfileName=facts["id"])


TYPES = (
    Resource(
        "aws:iam/role:Role",
        "iam",
        create=Do("CreateRole", at="Role"),
        id="{name}",
        key={"RoleName": "{id}"},
        read=Do("GetRole", at="Role"),
        delete="DeleteRole",
        update="UpdateRole",
        aspects=(
            Aspect(
                "assumeRolePolicy",
                put=Do("UpdateAssumeRolePolicy", send={"PolicyDocument": "{assumeRolePolicy}"}),
            ),
            Aspect(
                "permissionsBoundary",
                put="PutRolePermissionsBoundary",
                remove="DeleteRolePermissionsBoundary",
            ),
        ),
        rename={"assumeRolePolicy": "AssumeRolePolicyDocument"},
        outputs={
            "permissionsBoundary": "PermissionsBoundary.PermissionsBoundaryArn",
            "uniqueId": "RoleId",
        },
        defaults={"maxSessionDuration": 3600, "path": "/"},
        replace=("name", "path"),
        ignore={"forceDetachPolicies": "counts when the role is deleted"},
        refuse={"inlinePolicies": _APART, "managedPolicyArns": _APART},
        tagging=tagging("Role", "RoleName"),
    ),
    Resource(
        "aws:iam/rolePolicy:RolePolicy",
        "iam",
        create="PutRolePolicy",
        id="{role}:{name}",
        key={"RoleName": "{role}", "PolicyName": "{name}"},
        read="GetRolePolicy",
        update="PutRolePolicy",
        delete="DeleteRolePolicy",
        rename={"policy": "PolicyDocument"},
        replace=("name", "role"),
    ),
    Resource(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "iam",
        create="AttachRolePolicy",
        id="{role}/{policyArn}",
        key={"RoleName": "{role}", "PolicyArn": "{policyArn}"},
        read=Do("ListAttachedRolePolicies", at="AttachedPolicies[?PolicyArn=='{policyArn}'] | [0]"),
        delete="DetachRolePolicy",
        replace="*",
    ),
    Resource(
        "aws:iam/policy:Policy",
        "iam",
        create=Do("CreatePolicy", at="Policy"),
        id="Arn",
        read=_read_policy,
        update=_update_policy,
        delete=_delete_policy,
        rename={"policy": "PolicyDocument"},
        defaults={"path": "/"},
        replace=("description", "name", "path"),
        ignore={"delayAfterPolicyCreationInMs": "the stand-in is consistent at once"},
        tagging=tagging("Policy", "PolicyArn"),
    ),
    Resource(
        "aws:iam/instanceProfile:InstanceProfile",
        "iam",
        create=Do("CreateInstanceProfile", at="InstanceProfile"),
        id="{name}",
        key={"InstanceProfileName": "{id}"},
        read=Do("GetInstanceProfile", at="InstanceProfile"),
        delete=_delete_profile,
        aspects=(Aspect("role", put=_set_role, remove=_remove_role),),
        outputs={"role": "Roles[0].RoleName", "uniqueId": "InstanceProfileId"},
        defaults={"path": "/"},
        replace=("name", "path"),
        tagging=tagging("InstanceProfile", "InstanceProfileName"),
    ),
)
