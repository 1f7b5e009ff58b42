"""Checks what training offers and signs it: the only place that holds the private key."""
