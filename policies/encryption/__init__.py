"""Rules on data at rest and on the wire."""
