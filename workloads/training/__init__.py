"""Training: months of the lake become candidates, measured on months that they never saw."""

from workloads.training.workload import Training, TrainingArgs

__all__ = ["Training", "TrainingArgs"]
