"""The Job that copies from another site again and again, and goes on where it was cut off."""

from collections.abc import Mapping
from typing import Final

import pulumi
from pulumi_kubernetes.batch.v1 import CronJob
from pulumi_kubernetes.core.v1 import PodSpecArgsDict
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict

LONGEST_SECONDS: Final = 6 * 3600
"""A run that takes longer is ended; the next one goes on with what is missing."""


def copying_job(  # noqa: PLR0913 - one call describes one Job, all by keyword
    resource_name: str,
    *,
    name: str,
    namespace: str,
    schedule: str,
    labels: Mapping[str, str],
    pod: PodSpecArgsDict,
    opts: pulumi.ResourceOptions,
    annotations: Mapping[str, pulumi.Input[str]] | None = None,
) -> CronJob:
    """A Job by the clock, of which never two run at once; a run that fails is left to the next.

    Args:
        resource_name: logical name of the resource.
        name: physical name of the Job.
        namespace: where it runs.
        schedule: when, as cron says it.
        labels: labels of its pods, which connections select by.
        pod: its pod, without a restart policy.
        opts: options of the resource.
        annotations: annotations of its pods.
    """
    about: ObjectMetaArgsDict = {"labels": dict(labels)}
    if annotations is not None:
        about["annotations"] = annotations
    return CronJob(
        resource_name,
        metadata={"name": name, "namespace": namespace},
        spec={
            "schedule": schedule,
            "concurrency_policy": "Forbid",
            "successful_jobs_history_limit": 1,
            "failed_jobs_history_limit": 3,
            "job_template": {
                "spec": {
                    "backoff_limit": 0,
                    "active_deadline_seconds": LONGEST_SECONDS,
                    "template": {"metadata": about, "spec": {"restart_policy": "Never", **pod}},
                }
            },
        },
        opts=opts,
    )
