"""Settings that an account always has, and roles that AWS keeps in it for its services."""

from typing import Any

from sandbox.aws.provider.resource import Aws, Do, Facts, Resource
from sandbox.aws.provider.tagging import Tagging

_DEFAULT = "'default'"


def _switch(operation: str) -> Any:
    """Return a function that switches a setting on or off."""

    def put(aws: Aws, facts: Facts) -> Any:
        aws(f"{'Enable' if facts.get('enabled', True) else 'Disable'}{operation}")
        return {}

    return put


def _put_snapshots(aws: Aws, facts: Facts) -> Any:
    return _put_state(aws, "SnapshotBlockPublicAccess", "State", facts["state"])


def _put_images(aws: Aws, facts: Facts) -> Any:
    return _put_state(aws, "ImageBlockPublicAccess", "ImageBlockPublicAccessState", facts["state"])


def _put_state(aws: Aws, setting: str, parameter: str, state: str) -> Any:
    if state == "unblocked":
        aws(f"Disable{setting}")
    else:
        aws(f"Enable{setting}", **{parameter: state})
    return {}


def _named_by_arn(facts: Facts) -> Facts:
    return {"name": facts["id"].rpartition("/")[2], **facts} if "id" in facts else facts


TYPES = (
    Resource(
        "aws:ebs/defaultKmsKey:DefaultKmsKey",
        "ec2",
        create="ModifyEbsDefaultKmsKeyId",
        id="{keyArn}",
        read="GetEbsDefaultKmsKeyId",
        delete="ResetEbsDefaultKmsKeyId",
        rename={"keyArn": "KmsKeyId"},
        replace=("keyArn",),
        delete_before_replace=True,
        gone=lambda live: str(live["KmsKeyId"]).startswith("alias/aws/"),
    ),
    Resource(
        "aws:ebs/encryptionByDefault:EncryptionByDefault",
        "ec2",
        create=_switch("EbsEncryptionByDefault"),
        id=_DEFAULT,
        read="GetEbsEncryptionByDefault",
        update=_switch("EbsEncryptionByDefault"),
        delete="DisableEbsEncryptionByDefault",
        rename={"enabled": "EbsEncryptionByDefault"},
    ),
    Resource(
        "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess",
        "ec2",
        create=_put_snapshots,
        id=_DEFAULT,
        read="GetSnapshotBlockPublicAccessState",
        update=_put_snapshots,
        delete="DisableSnapshotBlockPublicAccess",
    ),
    Resource(
        "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess",
        "ec2",
        create=_put_images,
        id="{region}",
        read="GetImageBlockPublicAccessState",
        update=_put_images,
        rename={"state": "ImageBlockPublicAccessState"},
    ),
    Resource(
        "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults",
        "ec2",
        create="ModifyInstanceMetadataDefaults",
        id="{account}",
        read=lambda aws, _: aws("GetInstanceMetadataDefaults")["AccountLevel"] or None,
        update="ModifyInstanceMetadataDefaults",
        delete=Do(
            "ModifyInstanceMetadataDefaults",
            send={
                "HttpEndpoint": "no-preference",
                "HttpPutResponseHopLimit": -1,
                "HttpTokens": "no-preference",
                "InstanceMetadataTags": "no-preference",
            },
        ),
    ),
    Resource(
        "aws:ec2/serialConsoleAccess:SerialConsoleAccess",
        "ec2",
        create=_switch("SerialConsoleAccess"),
        id=_DEFAULT,
        read="GetSerialConsoleAccessStatus",
        update=_switch("SerialConsoleAccess"),
        delete="DisableSerialConsoleAccess",
        rename={"enabled": "SerialConsoleAccessEnabled"},
    ),
    Resource(
        "aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
        "iam",
        create="UpdateAccountPasswordPolicy",
        id="'iam-account-password-policy'",
        read=Do("GetAccountPasswordPolicy", at="PasswordPolicy"),
        update="UpdateAccountPasswordPolicy",
        delete="DeleteAccountPasswordPolicy",
    ),
    Resource(
        "aws:iam/serviceLinkedRole:ServiceLinkedRole",
        "iam",
        create=Do("CreateServiceLinkedRole", at="Role"),
        id="Arn",
        key={"RoleName": "{name}"},
        read=Do("GetRole", at="Role"),
        update="UpdateRole",
        delete="DeleteServiceLinkedRole",
        rename={"name": "RoleName", "uniqueId": "RoleId"},
        outputs={"awsServiceName": lambda role, _: role["Path"].split("/")[2]},
        replace=("awsServiceName", "customSuffix"),
        name=None,
        before=_named_by_arn,
        tagging=Tagging("TagRole", "UntagRole", {"RoleName": "{name}"}, "ListRoleTags"),
        delete_before_replace=True,
    ),
)
