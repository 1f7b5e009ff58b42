"""How fast the rules judge, beside checkov and OPA on the same plan."""
