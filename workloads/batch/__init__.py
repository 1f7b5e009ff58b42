"""Statistics of delays by day, computed by Spark from the landed flights."""

from workloads.batch.tables import TABLES, Column, Table
from workloads.batch.workload import Batch, BatchArgs, Executors

__all__ = ["TABLES", "Batch", "BatchArgs", "Column", "Executors", "Table"]
