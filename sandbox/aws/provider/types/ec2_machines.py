"""What machines are launched from, and close to each other."""

from typing import Any

from sandbox.aws.provider.resource import Aws, Do, Facts, Resource
from sandbox.aws.provider.tagging import Tagging

_DATA = "LaunchTemplateData"


def _read_template(aws: Aws, facts: Facts) -> dict[str, Any] | None:
    told = aws("DescribeLaunchTemplates", LaunchTemplateIds=[facts["id"]])["LaunchTemplates"]
    if not told:
        return None
    latest = aws(
        "DescribeLaunchTemplateVersions",
        LaunchTemplateId=facts["id"],
        Versions=[str(told[0]["LatestVersionNumber"])],
    )["LaunchTemplateVersions"][0]
    data = latest.get(_DATA, {})
    named = [{"Name": "resource-id", "Values": [facts["id"]]}]
    return {
        **data,
        **told[0],
        "Description": latest.get("VersionDescription"),
        "Tags": aws("DescribeTags", Filters=named)["Tags"],
    }


def _set_default(aws: Aws, facts: Facts) -> None:
    """Say which version is used where none is named."""
    template = aws("DescribeLaunchTemplates", LaunchTemplateIds=[facts["id"]])["LaunchTemplates"][0]
    wanted = facts.get("defaultVersion") if "defaultVersion" in facts["changed"] else None
    if facts.get("updateDefaultVersion"):
        wanted = template["LatestVersionNumber"]
    if wanted is not None:
        aws("ModifyLaunchTemplate", LaunchTemplateId=facts["id"], DefaultVersion=str(int(wanted)))


TYPES = (
    Resource(
        "aws:ec2/launchTemplate:LaunchTemplate",
        "ec2",
        create=Do(
            "CreateLaunchTemplate",
            at="LaunchTemplate",
            into=_DATA,
            send={"LaunchTemplateName": "{name}", "VersionDescription": "{description}"},
        ),
        id="LaunchTemplateId",
        key={"LaunchTemplateId": "{id}"},
        read=_read_template,
        delete="DeleteLaunchTemplate",
        update=(
            Do(
                "CreateLaunchTemplateVersion",
                into=_DATA,
                send={"VersionDescription": "{description}"},
            ),
            _set_default,
        ),
        rename={
            "vpcSecurityGroupIds": "SecurityGroupIds",
            "securityGroupNames": "SecurityGroups",
            "networkInterfaces.securityGroups": "Groups",
        },
        outputs={
            "arn": "arn:aws:ec2:{region}:{account}:launch-template/{id}",
            "defaultVersion": "DefaultVersionNumber",
            "latestVersion": "LatestVersionNumber",
        },
        replace=("name",),
        ignore={
            "defaultVersion": "is said by a call of its own",
            "updateDefaultVersion": "says how an update is made",
        },
    ),
    Resource(
        "aws:ec2/placementGroup:PlacementGroup",
        "ec2",
        create=Do("CreatePlacementGroup", at="PlacementGroup"),
        id="GroupName",
        key={"GroupName": "{id}", "GroupNames": ["{id}"]},
        read=Do("DescribePlacementGroups", at="PlacementGroups[0]"),
        delete="DeletePlacementGroup",
        tagging=Tagging("CreateTags", "DeleteTags", {"Resources": ["{placementGroupId}"]}),
        rename={"name": "GroupName", "placementGroupId": "GroupId", "arn": "GroupArn"},
        gone="InvalidPlacementGroup.Unknown",
        replace="*",
    ),
)
