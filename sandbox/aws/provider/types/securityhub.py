"""Security Hub: the account, its standards, and controls that are switched off."""

from sandbox.aws.provider.resource import Do, Resource

_NOT_ENABLED = ("InvalidAccessException",)

TYPES = (
    Resource(
        "aws:securityhub/account:Account",
        "securityhub",
        create=Do("EnableSecurityHub"),
        id="{account}",
        read="DescribeHub",
        update="UpdateSecurityHubConfiguration",
        delete="DisableSecurityHub",
        rename={"arn": "HubArn"},
        replace=("enableDefaultStandards",),
        defaults={"autoEnableControls": True},
        delete_before_replace=True,
        gone=_NOT_ENABLED,
    ),
    Resource(
        "aws:securityhub/standardsSubscription:StandardsSubscription",
        "securityhub",
        create=Do(
            "BatchEnableStandards",
            at="StandardsSubscriptions[0]",
            send={"StandardsSubscriptionRequests": [{"StandardsArn": "{standardsArn}"}]},
        ),
        id="StandardsSubscriptionArn",
        key={"StandardsSubscriptionArns": ["{id}"]},
        read=Do("GetEnabledStandards", at="StandardsSubscriptions[0]"),
        delete="BatchDisableStandards",
        rename={"arn": "StandardsSubscriptionArn"},
        replace=("standardsArn",),
        gone=_NOT_ENABLED,
    ),
    Resource(
        "aws:securityhub/standardsControlAssociation:StandardsControlAssociation",
        "securityhub",
        create=(
            put := Do(
                "BatchUpdateStandardsControlAssociations",
                send={
                    "StandardsControlAssociationUpdates": [
                        {
                            "StandardsArn": "{standardsArn}",
                            "SecurityControlId": "{securityControlId}",
                            "AssociationStatus": "{associationStatus}",
                            "UpdatedReason": "{updatedReason}",
                        }
                    ]
                },
            )
        ),
        id="{securityControlId},{standardsArn}",
        read=Do(
            "BatchGetStandardsControlAssociations",
            at="StandardsControlAssociationDetails[0]",
            send={
                "StandardsControlAssociationIds": [
                    {
                        "SecurityControlId": "{securityControlId}",
                        "StandardsArn": "{standardsArn}",
                    }
                ]
            },
        ),
        update=put,
        replace=("securityControlId", "standardsArn"),
        gone=_NOT_ENABLED,
    ),
)
