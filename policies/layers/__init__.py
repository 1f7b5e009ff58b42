"""The boundary compiled to layers beyond the plan, written by ``python -m policies.layers``."""
