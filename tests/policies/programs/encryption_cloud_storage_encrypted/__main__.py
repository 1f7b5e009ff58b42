"""A volume that is in the clear."""

from tests.policies.programs.compliant import KEY, Resource, inside

Resource(
    "aws:ebs/volume:Volume",
    "records",
    inside(),
    availabilityZone="me-central-1a",
    size=20,
    kmsKeyId=KEY,
)
