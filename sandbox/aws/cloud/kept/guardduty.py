"""GuardDuty: the one detector of an account in a region, with its features."""

from typing import Any

from sandbox.aws.cloud.call import Call, RefusedCallError
from sandbox.aws.cloud.keeping import Collection, Service, Store

_DETECTORS = Collection(
    kind="detector",
    key=("DetectorId",),
    made={
        "DetectorId": "{id}",
        "Arn": "arn:aws:guardduty:{region}:{account}:detector/{DetectorId}",
        "ServiceRole": "arn:aws:iam::{account}:role/aws-service-role/guardduty.amazonaws.com/"
        "AWSServiceRoleForAmazonGuardDuty",
        "FindingPublishingFrequency": "SIX_HOURS",
        "Tags": {},
        "Features": [],
        "DataSources": {
            "CloudTrail": {"Status": "ENABLED"},
            "DNSLogs": {"Status": "ENABLED"},
            "FlowLogs": {"Status": "ENABLED"},
            "S3Logs": {"Status": "ENABLED"},
        },
    },
    create="CreateDetector",
    describe="GetDetector",
    listing="ListDetectors",
    update="UpdateDetector",
    delete="DeleteDetector",
    missing="BadRequestException",
)
_REGULAR = _DETECTORS.operations()


def _create(call: Call, store: Store) -> Any:
    if store.records(call, "detector"):
        raise RefusedCallError(
            "BadRequestException", "a detector already exists for the current account"
        )
    return _finished(call, store, _REGULAR["CreateDetector"](call, store))


def _update(call: Call, store: Store) -> Any:
    record = _DETECTORS.found(call, store)
    features = {} if record is None else {one["Name"]: one for one in record["Features"]}
    features |= {one["Name"]: one for one in call.parameters.get("Features") or ()}
    if "Features" in call.parameters:
        call.parameters["Features"] = list(features.values())
    return _finished(call, store, _REGULAR["UpdateDetector"](call, store))


def _finished(call: Call, store: Store, answer: Any) -> Any:
    for record in store.records(call, "detector"):
        record["Status"] = "ENABLED" if record.get("Enable") else "DISABLED"
    return answer


SERVICE = Service(
    "guardduty", _DETECTORS, operations={"CreateDetector": _create, "UpdateDetector": _update}
)
