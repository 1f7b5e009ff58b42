"""A claim on a storage class of which nobody says that it encrypts."""

from tests.policies.programs.compliant import Resource, closed_namespace, pod_spec

claim = {"storageClassName": "standard", "resources": {"requests": {"storage": "1Gi"}}}
Resource(
    "kubernetes:apps/v1:StatefulSet",
    "store",
    metadata={"namespace": closed_namespace("storage")},
    spec={"template": {"spec": pod_spec()}, "volumeClaimTemplates": [{"spec": claim}]},
)
