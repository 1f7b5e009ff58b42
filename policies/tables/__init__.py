"""What rules ask of each type of resource, as data."""
