"""Rules on what a workload may do and whom it may talk to."""
