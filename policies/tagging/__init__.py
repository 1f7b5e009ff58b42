"""Whose a resource is, what it costs and what it holds."""
