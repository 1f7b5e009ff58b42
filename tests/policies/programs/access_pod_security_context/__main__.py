"""A container that says nothing of its privileges."""

from tests.policies.programs.compliant import Resource, closed_namespace, container, pod_spec

silent = {"readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
Resource(
    "kubernetes:core/v1:Pod",
    "shell",
    metadata={"namespace": closed_namespace("training")},
    spec=pod_spec(container(securityContext=silent)),
)
