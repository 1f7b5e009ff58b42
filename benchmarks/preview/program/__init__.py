"""What is planned for the measurement."""
