"""The Job that brings something to its declared state and ends when it is there."""

import hashlib
import json
from collections.abc import Mapping

import pulumi
from pulumi_kubernetes.batch.v1 import Job
from pulumi_kubernetes.core.v1 import PodSpecArgsDict

# A Job that gave up stays failed for ever and blocks every later deployment, so it never gives
# up: it retries with Kubernetes' own back-off, and the deployment's patience is the limit.
UNLIMITED_RETRIES = 1000
# Who cannot say so in the container's own words has the last lines of its log shown instead.
LAST_WORDS = "FallbackToLogsOnError"


def digest(document: object) -> str:
    """The declared state in one word: it changes exactly when the declaration does."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def reconciling_job(  # noqa: PLR0913 - one call describes one Job, all by keyword
    resource_name: str,
    *,
    name: str,
    namespace: pulumi.Input[str],
    labels: Mapping[str, str],
    declaration: pulumi.Input[str],
    pod: PodSpecArgsDict,
    patience_seconds: int,
    opts: pulumi.ResourceOptions,
) -> Job:
    """A Job that runs again whenever `declaration` (a digest of what it reads) or its pod changes.

    Args:
        resource_name: logical name of the resource.
        name: physical name of the Job.
        namespace: where it runs.
        labels: labels of its pods, which connections select by.
        declaration: digest of the declared state that it reads.
        pod: its pod, without a restart policy.
        patience_seconds: how long a deployment waits for it to complete.
        opts: options of the resource; it is replaced by deleting first, since its name is fixed.
    """
    return Job(
        resource_name,
        metadata={
            "name": name,
            "namespace": namespace,
            "annotations": {"pulumi.com/timeoutSeconds": str(patience_seconds)},
        },
        spec={
            "backoff_limit": UNLIMITED_RETRIES,
            "template": {
                "metadata": {
                    "labels": dict(labels),
                    "annotations": {"mizan/declaration": declaration},
                },
                "spec": {"restart_policy": "OnFailure", **pod},
            },
        },
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(delete_before_replace=True)),
    )
