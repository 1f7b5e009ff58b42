"""A database whose storage is in the clear."""

from tests.policies.programs.compliant import Resource, inside

Resource(
    "aws:rds/instance:Instance",
    "records",
    inside(),
    instanceClass="db.t4g.micro",
    allocatedStorage=20,
    engine="postgres",
)
