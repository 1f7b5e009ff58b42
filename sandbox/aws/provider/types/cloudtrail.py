"""Trails of CloudTrail."""

from typing import Any

from sandbox.aws.provider.resource import Aspect, Aws, Do, Facts, Resource


def _read(aws: Aws, facts: Facts) -> Any:
    """Return a trail with its tags, which AWS lists for many trails at once."""
    trail = aws("GetTrail", Name=facts["name"])["Trail"]
    listed = aws("ListTags", ResourceIdList=[trail["TrailARN"]])["ResourceTagList"]
    return {**trail, "Tags": listed[0].get("TagsList", []) if listed else []}


TYPES = (
    Resource(
        "aws:cloudtrail/trail:Trail",
        "cloudtrail",
        create="CreateTrail",
        id="arn:aws:cloudtrail:{region}:{account}:trail/{name}",
        key={"Name": "{name}", "TrailName": "{name}"},
        read=_read,
        update="UpdateTrail",
        delete="DeleteTrail",
        aspects=(
            Aspect(
                "enableLogging",
                put="StartLogging",
                remove="StopLogging",
                read="GetTrailStatus",
                rename={"enableLogging": "IsLogging"},
            ),
            Aspect("advancedEventSelectors", put="PutEventSelectors", read="GetEventSelectors"),
            Aspect("eventSelectors", put="PutEventSelectors", read="GetEventSelectors"),
            Aspect(
                "insightSelectors",
                put="PutInsightSelectors",
                remove=Do("PutInsightSelectors", send={"InsightSelectors": []}),
                read="GetInsightSelectors",
            ),
        ),
        rename={
            "arn": "TrailARN",
            "cloudWatchLogsGroupArn": "CloudWatchLogsLogGroupArn",
            "enableLogFileValidation": "LogFileValidationEnabled",
        },
        outputs={"homeRegion": "{region}"},
        replace=("name",),
        defaults={
            "enableLogging": True,
            "includeGlobalServiceEvents": True,
            "isMultiRegionTrail": False,
            "isOrganizationTrail": False,
        },
        unfilled=("snsTopicArn",),
    ),
)
