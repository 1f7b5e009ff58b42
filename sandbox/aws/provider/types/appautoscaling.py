"""Application Auto Scaling: what scales, between which limits, and by what."""

from sandbox.aws.provider.resource import Do, Resource

_NAMED = {
    "ServiceNamespace": "{serviceNamespace}",
    "ResourceId": "{resourceId}",
    "ScalableDimension": "{scalableDimension}",
}

TYPES = (
    Resource(
        "aws:appautoscaling/target:Target",
        "application-autoscaling",
        name=None,
        create="RegisterScalableTarget",
        id="{resourceId}",
        key=_NAMED,
        read=Do(
            "DescribeScalableTargets",
            at="ScalableTargets[0]",
            send={"ResourceIds": ["{resourceId}"]},
        ),
        update="RegisterScalableTarget",
        delete="DeregisterScalableTarget",
        outputs={"arn": "ScalableTargetARN"},
        replace=("resourceId", "scalableDimension", "serviceNamespace"),
    ),
    Resource(
        "aws:appautoscaling/policy:Policy",
        "application-autoscaling",
        create="PutScalingPolicy",
        id="{name}",
        key={**_NAMED, "PolicyName": "{name}"},
        read=Do(
            "DescribeScalingPolicies",
            at="ScalingPolicies[0]",
            send={"PolicyNames": ["{name}"]},
        ),
        update="PutScalingPolicy",
        delete="DeleteScalingPolicy",
        outputs={"arn": "PolicyARN", "alarmArns": "Alarms[].AlarmARN"},
        replace=("name", "resourceId", "scalableDimension", "serviceNamespace"),
    ),
)
