"""A mutable tag, from the right registry."""

from tests.policies.programs.compliant import Resource, closed_namespace, container, pod_spec

tagged = container(image="registry.artifacts.svc.cluster.local:5000/mizan/training:latest")
template = {"template": {"spec": pod_spec(tagged, restartPolicy="Never")}}
Resource(
    "kubernetes:batch/v1:CronJob",
    "training",
    metadata={"namespace": closed_namespace("training")},
    spec={"schedule": "@daily", "jobTemplate": {"spec": template}},
)
