"""Statistics of delays by day, computed by Spark."""
