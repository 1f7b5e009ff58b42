"""What stands in for the cloud on one machine: engine, cluster, provider and images."""
