"""Rules that keep data, and copies of it, as long as they must be kept."""
