"""What the pack knows of AWS: every type of the provider, its fields, and what is asked of them."""
