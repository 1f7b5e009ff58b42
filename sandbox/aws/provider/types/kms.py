"""Keys and their aliases."""

from sandbox.aws.provider.resource import Aspect, Do, Resource

TYPES = (
    Resource(
        "aws:kms/key:Key",
        "kms",
        create=Do("CreateKey", at="KeyMetadata"),
        id="KeyId",
        key={"KeyId": "{id}"},
        read=Do("DescribeKey", at="KeyMetadata"),
        delete=Do("ScheduleKeyDeletion", send={"PendingWindowInDays": "{deletionWindowInDays}"}),
        aspects=(
            Aspect("description", put="UpdateKeyDescription"),
            Aspect("isEnabled", put="EnableKey", remove="DisableKey"),
            Aspect(
                "enableKeyRotation",
                "rotationPeriodInDays",
                put=Do("EnableKeyRotation", only=("rotationPeriodInDays",)),
                remove="DisableKeyRotation",
                read="GetKeyRotationStatus",
                rename={"enableKeyRotation": "KeyRotationEnabled"},
            ),
            Aspect(
                "policy",
                put=Do("PutKeyPolicy", send={"PolicyName": "default"}),
                read=Do("GetKeyPolicy", send={"PolicyName": "default"}),
            ),
        ),
        rename={"customerMasterKeySpec": "KeySpec", "isEnabled": "Enabled"},
        replace=(
            "customKeyStoreId",
            "customerMasterKeySpec",
            "keyUsage",
            "multiRegion",
            "xksKeyId",
        ),
        defaults={
            "deletionWindowInDays": 30,
            "isEnabled": True,
            "rotationPeriodInDays": 365,
        },
        ignore={
            "bypassPolicyLockoutSafetyCheck": "a stand-in locks nobody out",
            "deletionWindowInDays": "counts when the key is deleted",
        },
        gone=lambda live: live["KeyState"] == "PendingDeletion",
    ),
    Resource(
        "aws:kms/alias:Alias",
        "kms",
        create=Do("CreateAlias", send={"AliasName": "{name}"}),
        id="{name}",
        key={"AliasName": "{id}"},
        read=Do("ListAliases", at="Aliases[?AliasName=='{id}'] | [0]"),
        delete="DeleteAlias",
        update="UpdateAlias",
        replace=("name",),
        name_prefix="alias/",
        rename={"arn": "AliasArn"},
        outputs={"targetKeyArn": "arn:aws:kms:{region}:{account}:key/{targetKeyId}"},
    ),
)
