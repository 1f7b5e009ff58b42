"""GuardDuty: the detector and what it looks at."""

from sandbox.aws.provider.resource import Do, Facts, Resource

_PUT_FEATURE = Do(
    "UpdateDetector",
    send={
        "Features": [
            {
                "Name": "{name}",
                "Status": "{status}",
                "AdditionalConfiguration": "{additionalConfigurations}",
            }
        ]
    },
)


def _wire(facts: Facts) -> Facts:
    """Write the parts of a feature as AWS has them."""
    parts = facts.get("additionalConfigurations")
    if not parts:
        return facts
    given = [
        {name.capitalize(): value for name, value in part.items() if not name.startswith("__")}
        for part in parts
    ]
    return {**facts, "additionalConfigurations": given}


TYPES = (
    Resource(
        "aws:guardduty/detector:Detector",
        "guardduty",
        create="CreateDetector",
        id="DetectorId",
        key={"DetectorId": "{id}"},
        read="GetDetector",
        update="UpdateDetector",
        delete="DeleteDetector",
        rename={"enable": "Status"},
        outputs={
            "accountId": "{account}",
            "arn": "arn:aws:guardduty:{region}:{account}:detector/{id}",
        },
        defaults={"enable": True},
        refuse={"datasources": "AWS replaced them by features (DetectorFeature)"},
        unfilled=("datasources",),
        gone="BadRequestException",
        after=lambda live: {n: v for n, v in live.items() if n != "DataSources"},
    ),
    Resource(
        "aws:guardduty/detectorFeature:DetectorFeature",
        "guardduty",
        create=_PUT_FEATURE,
        id="{detectorId}/{name}",
        key={"DetectorId": "{detectorId}"},
        read=Do("GetDetector", at="Features[?Name=='{name}'] | [0]"),
        update=_PUT_FEATURE,
        rename={"additionalConfigurations": "AdditionalConfiguration"},
        replace=("detectorId", "name"),
        name=None,
        gone="BadRequestException",
        before=_wire,
    ),
)
