"""A program without fault, values that are not known at preview included."""

from tests.policies.programs.compliant import (
    Resource,
    closed_namespace,
    inside,
    pod_spec,
)

options = inside()
key = Resource("aws:kms/key:Key", "key", options, enableKeyRotation=True)
Resource("aws:sqs/queue:Queue", "jobs", options, kmsMasterKeyId=key.output("arn"))

serving = closed_namespace("serving")
Resource(
    "kubernetes:apps/v1:Deployment",
    "serving",
    metadata={"namespace": serving},
    spec={"template": {"spec": pod_spec()}},
)
Resource(
    "kubernetes:core/v1:Service",
    "serving",
    metadata={"namespace": serving},
    spec={"selector": {"app": "serving"}, "ports": [{"name": "https", "port": 8443}]},
)
