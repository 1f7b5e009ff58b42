"""Serving: the signed release answers predictions."""

from workloads.serving.workload import PublicKey, Serving, ServingArgs

__all__ = ["PublicKey", "Serving", "ServingArgs"]
