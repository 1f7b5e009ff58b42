"""Rules that stand between a mistake, or a lost zone, and the end of data."""
