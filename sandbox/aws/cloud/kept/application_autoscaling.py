"""Application Auto Scaling: targets and policies. moto drops the tags and knows few namespaces."""

from sandbox.aws.cloud.keeping import Collection, Service

_NAMED = ("ServiceNamespace", "ResourceId", "ScalableDimension")
_ARN = "arn:aws:autoscaling:{region}:{account}:scalingPolicy:{uuid}:resource"

SERVICE = Service(
    "application-autoscaling",
    Collection(
        kind="scalable target",
        key=_NAMED,
        made={
            "ScalableTargetARN": "arn:aws:application-autoscaling:{region}:{account}:"
            "scalable-target/{id}",
            "RoleARN": "arn:aws:iam::{account}:role/aws-service-role/"
            "{ServiceNamespace}.application-autoscaling.amazonaws.com/"
            "AWSServiceRoleForApplicationAutoScaling",
            "CreationTime": "{now}",
            "Tags": {},
        },
        put="RegisterScalableTarget",
        listing="DescribeScalableTargets",
        delete="DeregisterScalableTarget",
        missing="ObjectNotFoundException",
    ),
    Collection(
        kind="scaling policy",
        key=(*_NAMED, "PolicyName"),
        made={
            "PolicyARN": _ARN + "/{ServiceNamespace}/{ResourceId}:policyName/{PolicyName}",
            "Alarms": [],
            "CreationTime": "{now}",
        },
        put="PutScalingPolicy",
        listing="DescribeScalingPolicies",
        delete="DeleteScalingPolicy",
        missing="ObjectNotFoundException",
    ),
)
