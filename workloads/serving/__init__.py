"""Serving: the signed release answers predictions."""

from workloads.serving.workload import Serving, ServingArgs

__all__ = ["Serving", "ServingArgs"]
