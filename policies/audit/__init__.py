"""Rules that keep a record of what happens."""
