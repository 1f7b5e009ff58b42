"""A step of the pipeline: a Job that runs once, and again when what it is given changes."""

import hashlib
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_kubernetes.batch.v1 import Job
from pulumi_kubernetes.core.v1 import PodSpecArgsDict

from workloads import pod

REVISION = "mizan.ae/revision"
"""Annotation with a digest of the step's own declaration and of every step before it."""

FINAL_EXIT_CODES = (65, 70, 78)
"""Exit codes (EX_DATAERR, EX_SOFTWARE, EX_CONFIG) of programs that a second try cannot help."""


def run(  # noqa: PLR0913 - one call describes one Job, all by keyword
    name: str,
    *,
    workload: str,
    namespace: str,
    spec: PodSpecArgsDict,
    after: pulumi.Input[str],
    deadline_seconds: int,
    labels: Mapping[str, str] | None = None,
    opts: pulumi.ResourceOptions,
) -> tuple[Job, pulumi.Output[str]]:
    """Make the Job, and the digest that the next step runs after.

    The Job stays when it is done, so that a second deployment finds it and changes nothing.

    Args:
        name: Logical name of the resource.
        workload: Name of the Job and of its pods' label.
        namespace: Where it runs.
        spec: Its pod, without a restart policy.
        after: Digest of the step before it; another digest runs this step again.
        deadline_seconds: How long the step may take, all tries together.
        labels: Labels of its pod, where it has more than those of its workload.
        opts: Options of the resource.
    """
    revision = pulumi.Output.json_dumps({"spec": spec, "after": after}, sort_keys=True).apply(
        lambda text: hashlib.sha256(text.encode()).hexdigest()[:16]
    )
    template: Any = {
        "metadata": {
            "labels": dict(labels or pod.labels(workload)),
            "annotations": {REVISION: revision},
        },
        "spec": {**spec, "restart_policy": "Never"},
    }
    job = Job(
        name,
        metadata={
            "name": workload,
            "namespace": namespace,
            "labels": pod.labels(workload),
            # The deployment outwaits the Job, so that the Job's own reason is what one reads.
            "annotations": {"pulumi.com/timeoutSeconds": str(deadline_seconds + 60)},
        },
        spec={
            "backoff_limit": 3,
            "active_deadline_seconds": deadline_seconds,
            "pod_failure_policy": {
                "rules": [
                    {
                        "action": "FailJob",
                        "on_exit_codes": {
                            "container_name": workload,
                            "operator": "In",
                            "values": list(FINAL_EXIT_CODES),
                        },
                    },
                    # A killed node or kubelet is nobody's failure and costs no try.
                    {
                        "action": "Ignore",
                        "on_pod_conditions": [{"type": "DisruptionTarget", "status": "True"}],
                    },
                ]
            },
            "template": template,
        },
        # A Job's pod cannot be changed, and its name is fixed: the old one goes first.
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(delete_before_replace=True)),
    )
    return job, revision
