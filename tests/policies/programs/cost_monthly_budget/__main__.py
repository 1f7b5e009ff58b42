"""A pool whose minimum costs more than the budget of the plan."""

from tests.policies.programs.compliant import Resource, inside

options = inside(budget_usd=500)
key = Resource("aws:kms/key:Key", "key", options, enableKeyRotation=True)
disk = {
    "volumeSize": 40,
    "volumeType": "gp3",
    "encrypted": "true",
    "kmsKeyId": key.output("arn"),
}
template = Resource(
    "aws:ec2/launchTemplate:LaunchTemplate",
    "serving",
    options,
    instanceType="m7i.xlarge",
    blockDeviceMappings=[{"ebs": disk}],
)
Resource(
    "aws:eks/nodeGroup:NodeGroup",
    "serving",
    options,
    scalingConfig={"minSize": 3, "maxSize": 6, "desiredSize": 3},
    launchTemplate={"id": template.id, "version": "1"},
)
