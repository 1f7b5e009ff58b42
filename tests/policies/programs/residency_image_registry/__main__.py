"""An init container from a registry abroad, pinned and otherwise without fault."""

from tests.policies.programs.compliant import Resource, closed_namespace, container, pod_spec

foreign = container(name="prepare", image=f"ghcr.io/example/prepare@sha256:{'0' * 63}1")
Resource(
    "kubernetes:apps/v1:Deployment",
    "serving",
    metadata={"namespace": closed_namespace("serving")},
    spec={"template": {"spec": pod_spec(initContainers=[foreign])}},
)
