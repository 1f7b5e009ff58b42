import json
from typing import Any

import pytest

from components.detection import Detection, DetectionArgs
from components.detection.call_alarms import PATTERNS
from components.detection.findings import EVENTS
from components.detection.security_hub import CONFLICTS
from components.tags import Tags
from tests.components.recording import Deploy, Engine
from tests.support.aws_outputs import ACCOUNT, REGION

TOPIC = "arn:aws:sns:me-central-1:111122223333:incidents"
KEY = "arn:aws:kms:me-central-1:111122223333:key/volumes"
ASSOCIATION = "aws:securityhub/standardsControlAssociation:StandardsControlAssociation"


def build(deploy: Deploy, **fields: Any) -> Any:
    args = DetectionArgs(
        **{
            "account": ACCOUNT,
            "region": REGION,
            "topic_arn": TOPIC,
            "log_group_name": "calls",
            "volume_key_arn": KEY,
            "standards": ("fsbp", "cis", "nist"),
            "tags": Tags(workload="platform", data_class="internal", profile="shared"),
            **fields,
        }
    )
    return deploy(lambda: Detection("detection", args).detector_id)


def test_threats_are_looked_for_in_objects_volumes_and_pods(engine: Engine, deploy: Deploy) -> None:
    build(deploy)

    features = {
        record.inputs["name"]: record.inputs
        for record in engine.typed("aws:guardduty/detectorFeature:DetectorFeature")
    }
    assert {"S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION"} < set(features)
    assert {feature["status"] for feature in features.values()} == {"ENABLED"}
    assert features["RUNTIME_MONITORING"]["additionalConfigurations"] == [
        {"name": "EKS_ADDON_MANAGEMENT", "status": "ENABLED"}
    ]


def test_a_control_that_asks_for_a_copy_abroad_is_off_with_its_reason(
    engine: Engine, deploy: Deploy
) -> None:
    build(deploy)

    off = {
        record.inputs["securityControlId"]: record.inputs for record in engine.typed(ASSOCIATION)
    }
    assert set(off) == {conflict.control for conflict in CONFLICTS}
    assert off["S3.7"]["associationStatus"] == "DISABLED"
    assert "in the country" in off["S3.7"]["updatedReason"]


def test_nothing_is_switched_off_in_a_standard_that_does_not_hold_it(
    engine: Engine, deploy: Deploy
) -> None:
    build(deploy, standards=("fsbp",))

    (subscription,) = engine.typed("aws:securityhub/standardsSubscription:StandardsSubscription")
    assert subscription.inputs["standardsArn"].startswith(f"arn:aws:securityhub:{REGION}::")
    assert not engine.typed(ASSOCIATION)


@pytest.mark.parametrize("standards", [(), ("fsbp", "nesa")])
def test_a_standard_that_is_not_known_is_refused(
    engine: Engine, deploy: Deploy, standards: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match="give one or more of fsbp, cis, nist"):
        build(deploy, standards=standards)
    assert not engine.typed("aws:securityhub/account:Account")


def test_what_anybody_makes_is_closed_by_default(engine: Engine, deploy: Deploy) -> None:
    build(deploy)

    expected: dict[str, dict[str, Any]] = {
        "aws:ebs/encryptionByDefault:EncryptionByDefault": {"enabled": True},
        "aws:ebs/defaultKmsKey:DefaultKmsKey": {"keyArn": KEY},
        "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": {
            "state": "block-all-sharing"
        },
        "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess": {"state": "block-new-sharing"},
        "aws:ec2/serialConsoleAccess:SerialConsoleAccess": {"enabled": False},
        "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults": {
            "httpTokens": "required",
            "httpPutResponseHopLimit": 1,
        },
    }
    for token, inputs in expected.items():
        (made,) = engine.typed(token)
        assert inputs.items() <= made.inputs.items()


def test_the_account_and_unused_rights_are_analysed(engine: Engine, deploy: Deploy) -> None:
    build(deploy, unused_access_days=45)

    analysers = {
        record.inputs["type"]: record.inputs
        for record in engine.typed("aws:accessanalyzer/analyzer:Analyzer")
    }
    assert set(analysers) == {"ACCOUNT", "ACCOUNT_UNUSED_ACCESS"}
    unused = analysers["ACCOUNT_UNUSED_ACCESS"]["configuration"]["unusedAccess"]
    assert unused["unusedAccessAge"] == 45


def test_every_pattern_of_calls_raises_an_alarm_on_the_topic(
    engine: Engine, deploy: Deploy
) -> None:
    build(deploy)

    filters = engine.typed("aws:cloudwatch/logMetricFilter:LogMetricFilter")
    alarms = engine.typed("aws:cloudwatch/metricAlarm:MetricAlarm")
    counted = {
        (
            made.inputs["metricTransformation"]["namespace"],
            made.inputs["metricTransformation"]["name"],
        )
        for made in filters
    }
    assert len(filters) == len(PATTERNS)
    assert {made.inputs["logGroupName"] for made in filters} == {"calls"}
    assert {(alarm.inputs["namespace"], alarm.inputs["metricName"]) for alarm in alarms} == counted
    assert all(alarm.inputs["alarmActions"] == [TOPIC] for alarm in alarms)


@pytest.mark.parametrize("name", PATTERNS)
def test_patterns_are_whole(name: str) -> None:
    _, pattern = PATTERNS[name]

    assert pattern.startswith("{ ")
    assert pattern.endswith(" }")
    assert pattern.count("(") == pattern.count(")")
    assert pattern.count('"') % 2 == 0
    assert len(pattern) <= 1024  # the most that CloudWatch Logs takes


def test_every_serious_finding_reaches_the_topic(engine: Engine, deploy: Deploy) -> None:
    build(deploy)

    rules = engine.typed("aws:cloudwatch/eventRule:EventRule")
    targets = engine.typed("aws:cloudwatch/eventTarget:EventTarget")
    sources = {json.loads(rule.inputs["eventPattern"])["source"][0] for rule in rules}
    assert {"aws.guardduty", "aws.securityhub", "aws.inspector2", "aws.access-analyzer"} < sources
    assert len(targets) == len(rules) == len(EVENTS)
    assert {target.inputs["arn"] for target in targets} == {TOPIC}
