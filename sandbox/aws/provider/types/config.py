"""AWS Config: recorder, delivery channel and rules."""

from sandbox.aws.provider.resource import Aspect, Do, Facts, Resource

_PUT_CHANNEL = Do("PutDeliveryChannel", into="DeliveryChannel")
_PUT_RECORDER = Do("PutConfigurationRecorder", into="ConfigurationRecorder")
_PUT_RULE = Do("PutConfigRule", into="ConfigRule")


def _without_empty(facts: Facts) -> Facts:
    """Leave out a mode that is not set: AWS takes no empty one."""
    return {name: value for name, value in facts.items() if value != {}}


TYPES = (
    Resource(
        "aws:cfg/recorder:Recorder",
        "config",
        create=_PUT_RECORDER,
        id="{name}",
        key={
            "ConfigurationRecorderName": "{id}",
            "ConfigurationRecorderNames": ["{id}"],
        },
        read=Do("DescribeConfigurationRecorders", at="ConfigurationRecorders[0]"),
        update=_PUT_RECORDER,
        delete="DeleteConfigurationRecorder",
        replace=("name",),
        delete_before_replace=True,  # an account has one in each region
        before=_without_empty,
    ),
    Resource(
        "aws:cfg/recorderStatus:RecorderStatus",
        "config",
        create=Do(
            "DescribeConfigurationRecorderStatus",
            send={"ConfigurationRecorderNames": ["{name}"]},
        ),
        id="{name}",
        key={
            "ConfigurationRecorderName": "{id}",
            "ConfigurationRecorderNames": ["{id}"],
        },
        read=Do("DescribeConfigurationRecorderStatus", at="ConfigurationRecordersStatus[0]"),
        delete="StopConfigurationRecorder",
        aspects=(
            Aspect(
                "isEnabled", put="StartConfigurationRecorder", remove="StopConfigurationRecorder"
            ),
        ),
        rename={"isEnabled": "recording"},
        replace=("name",),
        name=None,
    ),
    Resource(
        "aws:cfg/deliveryChannel:DeliveryChannel",
        "config",
        create=_PUT_CHANNEL,
        id="{name}",
        key={"DeliveryChannelName": "{id}", "DeliveryChannelNames": ["{id}"]},
        read=Do("DescribeDeliveryChannels", at="DeliveryChannels[0]"),
        update=_PUT_CHANNEL,
        delete="DeleteDeliveryChannel",
        rename={"snapshotDeliveryProperties": "configSnapshotDeliveryProperties"},
        replace=("name",),
        delete_before_replace=True,
    ),
    Resource(
        "aws:cfg/rule:Rule",
        "config",
        create=_PUT_RULE,
        id="{name}",
        key={"ConfigRuleNames": ["{id}"]},
        read=Do("DescribeConfigRules", at="ConfigRules[0]"),
        update=_PUT_RULE,
        delete=Do("DeleteConfigRule", send={"ConfigRuleName": "{id}"}),
        rename={"name": "ConfigRuleName", "arn": "ConfigRuleArn", "ruleId": "ConfigRuleId"},
        replace=("name",),
    ),
)
