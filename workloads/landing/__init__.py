"""Landing: the flights table becomes Parquet by month in the lake."""

from workloads.landing.workload import Landing, LandingArgs

__all__ = ["Landing", "LandingArgs"]
