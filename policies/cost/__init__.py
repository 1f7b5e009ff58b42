"""Rules about what a plan may cost."""
