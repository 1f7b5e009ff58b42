"""A program without fault, values that are not known at preview included."""

from tests.policies.programs.compliant import (
    Resource,
    closed_namespace,
    encryption,
    inside,
    pod_spec,
)

options = inside()
key = Resource("aws:kms/key:Key", "key", options, enableKeyRotation=True)
lake = Resource("aws:s3/bucket:Bucket", "lake", options)
encryption("lake-encryption", lake, options, kmsMasterKeyId=key.output("arn"))

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
