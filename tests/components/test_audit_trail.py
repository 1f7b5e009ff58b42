import gzip
import json
from pathlib import Path
from typing import Any

import moto.config
import pytest

from components.audit_trail import AuditTrail, AuditTrailArgs
from components.audit_trail.config_rules import MANDATORY_TAGS, RULES
from components.tags import Tags
from tests.components.recording import Deploy, Engine
from tests.support.aws_outputs import ACCOUNT, REGION

TAGS = Tags(workload="platform", data_class="confidential", profile="shared")
REGION_NAME = "Middle East (UAE)"


def build(deploy: Deploy, **fields: Any) -> Any:
    args = AuditTrailArgs(
        **{
            "account": ACCOUNT,
            "region": REGION,
            "trail_name": "mizan",
            "bucket": "audit",
            "history_bucket": "history",
            "key_arn": "arn:aws:kms:me-central-1:111122223333:key/audit",
            "log_key_arn": "arn:aws:kms:me-central-1:111122223333:key/logs",
            "data_buckets": {"raw": "arn:aws:s3:::raw", "models": "arn:aws:s3:::models"},
            "log_days": 400,
            "tags": TAGS,
            **fields,
        }
    )
    return deploy(lambda: AuditTrail("audit", args).trail_arn)


def test_calls_are_recorded_with_key_and_validation_in_the_locked_bucket(
    engine: Engine, deploy: Deploy
) -> None:
    build(deploy)

    (trail,) = engine.typed("aws:cloudtrail/trail:Trail")
    assert trail.inputs["name"] == "mizan"
    assert trail.inputs["s3BucketName"] == "audit"
    assert trail.inputs["kmsKeyId"].endswith("key/audit")
    assert trail.inputs["enableLogFileValidation"] is True
    assert trail.inputs["enableLogging"] is True
    assert trail.inputs["includeGlobalServiceEvents"] is True
    (group,) = engine.typed("aws:cloudwatch/logGroup:LogGroup")
    assert group.inputs["kmsKeyId"].endswith("key/logs")
    assert trail.inputs["cloudWatchLogsGroupArn"].endswith(f"{group.name}:*")


@pytest.mark.parametrize(("reach", "all_regions"), [("region", False), ("account", True)])
def test_the_trail_reaches_as_far_as_it_is_told(
    engine: Engine,
    deploy: Deploy,
    reach: str,
    all_regions: bool,  # noqa: FBT001 - a table of cases
) -> None:
    build(deploy, reach=reach)

    (trail,) = engine.typed("aws:cloudtrail/trail:Trail")
    assert trail.inputs["isMultiRegionTrail"] is all_regions


def test_every_management_call_and_every_call_on_protected_objects_is_recorded(
    engine: Engine, deploy: Deploy
) -> None:
    build(deploy)

    (trail,) = engine.typed("aws:cloudtrail/trail:Trail")
    management, data = trail.inputs["advancedEventSelectors"]
    assert management["fieldSelectors"] == [{"field": "eventCategory", "equals": ["Management"]}]
    fields = {entry["field"]: entry for entry in data["fieldSelectors"]}
    assert fields["eventCategory"]["equals"] == ["Data"]
    assert fields["resources.type"]["equals"] == ["AWS::S3::Object"]
    assert fields["resources.ARN"]["startsWiths"] == ["arn:aws:s3:::models/", "arn:aws:s3:::raw/"]


def test_a_trail_that_watches_no_object_is_refused(engine: Engine, deploy: Deploy) -> None:
    with pytest.raises(ValueError, match="data_buckets is empty"):
        build(deploy, data_buckets={})
    assert not engine.typed("aws:cloudtrail/trail:Trail")


def test_cloudtrail_writes_only_the_streams_of_this_account(engine: Engine, deploy: Deploy) -> None:
    build(deploy)

    (policy,) = engine.typed("aws:iam/rolePolicy:RolePolicy")
    (statement,) = json.loads(policy.inputs["policy"])["Statement"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    (stream,) = statement["Resource"]
    assert stream.endswith(f":log-stream:{ACCOUNT}_CloudTrail_{REGION}*")


def test_config_records_everything_and_delivers_it_encrypted(
    engine: Engine, deploy: Deploy
) -> None:
    build(deploy)

    (recorder,) = engine.typed("aws:cfg/recorder:Recorder")
    assert recorder.inputs["recordingGroup"] == {
        "allSupported": True,
        "includeGlobalResourceTypes": True,
    }
    (channel,) = engine.typed("aws:cfg/deliveryChannel:DeliveryChannel")
    assert channel.inputs["s3BucketName"] == "history"
    assert channel.inputs["s3KmsKeyArn"].endswith("key/audit")
    (status,) = engine.typed("aws:cfg/recorderStatus:RecorderStatus")
    assert status.inputs["isEnabled"] is True
    rules = engine.typed("aws:cfg/rule:Rule")
    assert len(rules) == len(RULES)
    assert all(rule.inputs["tags"]["data-class"] == "confidential" for rule in rules)


def test_the_rules_are_managed_ones_that_the_region_has() -> None:
    """By the list of AWS's own pages that moto carries."""
    path = Path(moto.config.__file__).parent / "resources" / "aws_managed_rules.json.gz"
    managed = json.loads(gzip.decompress(path.read_bytes()))["ManagedRules"]

    for rule in RULES.values():
        described = managed[rule.identifier]
        regions = described["AWS Region"]
        assert regions.startswith("All supported AWS regions"), rule.identifier
        assert REGION_NAME not in regions, rule.identifier  # it would be named as an exception
        assert set(rule.parameters) <= {entry["Name"] for entry in described["Parameters"]}


def test_config_asks_for_every_mandatory_tag() -> None:
    assert set(RULES["required-tags"].parameters.values()) == set(MANDATORY_TAGS)
